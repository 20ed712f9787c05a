/** Targets that are workflows of GitHub Actions, on the wire. */
import { z } from 'zod'
import { INPUT_BOUNDS } from '../../domain/github.ts'
import { Fingerprint, SecretInput } from './secrets.ts'
import { strict } from './values.ts'

const owner = z
  .string()
  .min(1)
  .max(100)
  .meta({ examples: ['octo-org'] })
const repo = z
  .string()
  .min(1)
  .max(100)
  .meta({ examples: ['octo-repo'] })
const workflow = z
  .string()
  .min(1)
  .max(255)
  .meta({ examples: ['deploy.yml'] })
const ref = z.string().min(1).max(255)
const inputs = z.record(z.string().min(1).max(INPUT_BOUNDS.nameLength), z.unknown())
const successWhen = z
  .enum(['dispatched', 'concluded'])
  .describe('`concluded`: the run is followed to its end, and has to end well; an attempt lasts as long as it does.')

export const GithubTarget = strict({
  kind: z.literal('github'),
  owner,
  repo,
  workflow,
  ref: ref.nullable(),
  inputs,
  token: Fingerprint.nullable(),
  success_when: successWhen,
}).meta({ id: 'GithubTarget' })

const REF = ref
  .nullable()
  .optional()
  .describe('Branch or tag; default: `branchDetails` of the metadata, else `master`.')
const INPUTS = inputs
  .optional()
  .describe(
    `Handed to the workflow as texts, together with the metadata of the job; ${INPUT_BOUNDS.entries} in all at most.`,
  )
  .meta({ default: {} })
const TOKEN = SecretInput.nullable()
  .optional()
  .describe('Kept encrypted; left out in a change, the stored one stays. Null: that of the server.')

export const GithubTargetInput = strict({
  kind: z.literal('github'),
  owner,
  repo,
  workflow: workflow.describe('Name of its file, with or without `.yml`, or its number.'),
  ref: REF,
  inputs: INPUTS,
  token: TOKEN,
  success_when: successWhen.optional().meta({ default: 'dispatched' }),
}).meta({ id: 'GithubTargetRequest' })
export type GithubTargetInput = z.input<typeof GithubTargetInput>

/** What an edit may say of a workflow. */
export const GITHUB_EDIT = {
  owner: owner.optional(),
  repo: repo.optional(),
  workflow: workflow.optional(),
  ref: REF,
  inputs: inputs.optional(),
  token: TOKEN,
  success_when: successWhen.optional(),
}

/** What one manual run may say of it. */
export const GITHUB_OVERRIDES = {
  owner: owner.optional(),
  repo: repo.optional(),
  workflow: workflow.optional(),
  ref: ref.optional(),
  inputs: inputs.optional(),
  token: z.string().min(1).max(8192).optional().describe('For this run alone; forgotten when it has ended.'),
  dispatch_url: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('Another workflow: OWNER/REPO/WORKFLOW, or its address at GitHub.'),
}
