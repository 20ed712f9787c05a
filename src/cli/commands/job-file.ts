/** A job in a file: as the API takes it, or as `jobs show --json` or `export jobs` printed it. */
import { readFileSync } from 'node:fs'
import type { PoliciesInput } from '../../api/contract/policies.ts'
import { CommandFailure, usage } from '../exit-codes.ts'
import type { Terminal } from '../terminal.ts'
import { readJson } from './flag-texts.ts'
import type { JobPart } from './job-flags.ts'

/** What the server sets: in what it shows, but not in what it takes. */
export const SET_BY_SERVER = [
  'id',
  'owner_id',
  'state',
  'pause_reason',
  'paused_at',
  'schedule_text',
  'next_run_at',
  'last_run',
  'runs',
  'version',
  'created_at',
  'updated_at',
]

export const readJobFile = async (path: string, terminal: Terminal): Promise<JobPart> => {
  const content = readJson(
    path === '-' ? 'standard input' : path,
    path === '-' ? await terminal.readInput() : read(path),
  )
  const job = onlyJob(content, path)
  if (typeof job !== 'object' || job === null || Array.isArray(job))
    throw usage('--file', path, 'it holds no JSON object')
  // What a client calls one job is no name for its copy.
  const left = 'id' in job ? [...SET_BY_SERVER, 'external_id'] : SET_BY_SERVER
  return Object.fromEntries(Object.entries(job).filter(([name]) => !left.includes(name)))
}

/** `carillon export jobs` writes a list, also of one. */
const onlyJob = (content: unknown, path: string): unknown => {
  const jobs = typeof content === 'object' && content !== null && 'jobs' in content ? content.jobs : undefined
  if (!Array.isArray(jobs)) return content
  if (jobs.length === 1) return jobs[0]
  throw usage('--file', path, `it holds ${jobs.length} jobs; make them with: carillon import jobs`)
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandFailure('usage', `--file: ${(error as Error).message}`, error)
  }
}

/** The second wins; target and policies are joined field by field, but for a target of another kind. */
export const merged = (base: JobPart, change: JobPart): JobPart => ({
  ...base,
  ...change,
  ...(base.target || change.target ? { target: mergedTarget(base.target, change.target) } : {}),
  ...(base.policies || change.policies ? { policies: mergedPolicies(base.policies, change.policies) } : {}),
})

const mergedTarget = (base: JobPart['target'] = {}, change: JobPart['target'] = {}): NonNullable<JobPart['target']> =>
  change.kind !== undefined && base.kind !== undefined && base.kind !== change.kind ? change : { ...base, ...change }

const mergedPolicies = (base: PoliciesInput = {}, change: PoliciesInput = {}): PoliciesInput => ({
  ...base,
  ...change,
  ...(base.retry || change.retry ? { retry: { ...base.retry, ...change.retry } } : {}),
  ...(base.misfire || change.misfire ? { misfire: { ...base.misfire, ...change.misfire } } : {}),
})
