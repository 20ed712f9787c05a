/** Test runs of a target, on the wire. */
import { z } from 'zod'
import { strict } from './values.ts'

export const TestRun = strict({
  url: z.string().max(8192).optional().describe('Called by POST, with the metadata as its JSON body.'),
  owner: z.string().max(100).optional().describe('With `repo` and `workflow`: dispatches that workflow of GitHub.'),
  repo: z.string().max(100).optional(),
  workflow: z.string().max(255).optional(),
  metadata: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Of a workflow, `ref` or `branch` names where it runs; default `main`.'),
  timeout_seconds: z.number().optional().describe('Below 1 counts as 1, above 30 as 30.').meta({ default: 10 }),
}).meta({ id: 'TestRunRequest', examples: [{ url: 'https://example.com/hook', metadata: { of: 'day' } }] })
export type TestRun = z.input<typeof TestRun>

export const TestRunResult = strict({
  kind: z.enum(['http', 'github']),
  ok: z.boolean().describe('Of an address: it answered 200 to 299. Of a workflow: it was dispatched.'),
  status_code: z.int().nullable(),
  output: z.string().nullable(),
  error: z.string().nullable(),
  duration_seconds: z.number(),
}).meta({ id: 'TestRunResult' })
export type TestRunResult = z.infer<typeof TestRunResult>
