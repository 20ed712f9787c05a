/** Workflows of GitHub Actions: which one is meant, what may name it, and what is sent along. Pure. */
import type { FieldError } from './errors.ts'
import type { GithubTarget } from './target.ts'

export type Workflow = Pick<GithubTarget, 'owner' | 'repo' | 'workflow'>

/** What GitHub takes with one dispatch (REST API, "Create a workflow dispatch event"). */
export const INPUT_BOUNDS = { entries: 25, nameLength: 255, bytes: 65_535 } as const

/** Where a workflow runs when neither the target nor the metadata names a branch. */
const DEFAULT_REF = 'master'

const OWNER = /^[a-z\d][\w-]{0,99}$/i
const REPO = /^(?!\.{1,2}$)[\w.-]{1,100}$/i
// Anything that is one part of a path once it is escaped: `.` and `..` cannot be.
const WORKFLOW = /^(?!\.{1,2}$)[^/\\?#%\p{Cc}]{1,255}$/u
// The characters that git-check-ref-format forbids.
const REF = /^(?![/-])(?!.*(?:\.\.|@\{|\/\/|[/.]$))[^\s~^:?*[\\\p{Cc}]{1,255}$/u

const DISPATCH_PATH = /^\/?(?:repos\/)?([^/]+)\/([^/]+)\/actions\/workflows\/([^/]+?)(?:\/dispatches)?\/?$/
const SHORT = /^([^/]+)\/([^/]+)\/([^/]+)$/

/**
 * Reads `owner/repo/workflow`, `/owner/repo/actions/workflows/w`, the address of a workflow's page, and that of its
 * dispatches in the API; null for anything else.
 */
export const parseDispatchUrl = (text: string): Workflow | null => {
  const given = text.trim()
  const path = /^https?:\/\//i.test(given) ? pathOf(given) : given
  const match = path === null ? null : (DISPATCH_PATH.exec(path) ?? (path === given ? SHORT.exec(path) : null))
  const [owner, repo, workflow] = match?.slice(1).map(decoded) ?? []
  if (owner == null || repo == null || workflow == null) return null
  return checkWorkflow({ owner, repo, workflow }).length === 0 ? { owner, repo, workflow } : null
}

const HOSTS: readonly string[] = ['github.com', 'www.github.com', 'api.github.com']

const pathOf = (text: string): string | null => {
  const url = URL.parse(text)
  return url !== null && HOSTS.includes(url.hostname) ? url.pathname : null
}

const decoded = (part: string): string | null => {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}

/** All that is wrong with a GitHub target, the metadata apart. */
export const checkGithubTarget = (target: GithubTarget): FieldError[] => [
  ...checkWorkflow(target),
  ...(target.ref === null || REF.test(target.ref)
    ? []
    : [{ field: 'target.ref', value: target.ref, message: 'give the name of a branch or tag' }]),
  ...checkInputs(target),
]

const checkWorkflow = ({ owner, repo, workflow }: Workflow): FieldError[] => [
  ...(OWNER.test(owner)
    ? []
    : [{ field: 'target.owner', value: owner, message: 'give the user or organisation that owns the repository' }]),
  ...(REPO.test(repo)
    ? []
    : [{ field: 'target.repo', value: repo, message: 'give the name of the repository, without its owner' }]),
  ...(WORKFLOW.test(workflow)
    ? []
    : [{ field: 'target.workflow', value: workflow, message: 'give the name of the workflow’s file, or its number' }]),
]

type Supplied = Pick<GithubTarget, 'inputs' | 'metadata'>

/** Too many or too long inputs, those that come of the metadata counted. */
export const checkInputs = (target: Supplied): FieldError[] => {
  const field = 'target.inputs'
  const inputs = inputsOf(target)
  const names = Object.keys(inputs)
  const { entries, nameLength, bytes } = INPUT_BOUNDS
  if (names.length > entries) {
    const message = `GitHub takes at most ${entries} inputs; each entry of the metadata is one`
    return [{ field, value: names.length, message }]
  }
  const wrong = names.find((name) => name === '' || name.length > nameLength || name === '__proto__')
  if (wrong !== undefined) return [{ field, value: wrong, message: `a name has 1 to ${nameLength} characters` }]
  const length = Buffer.byteLength(JSON.stringify(inputs))
  return length > bytes ? [{ field, value: length, message: `at most ${bytes} bytes, written as JSON` }] : []
}

/** GitHub takes texts alone; what is none is written as JSON, and null is an empty text. */
export const inputsOf = ({ inputs, metadata }: Supplied): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries({ ...metadata, ...inputs }).map(([name, value]) => [name, textOf(value)]))

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value == null ? '' : (JSON.stringify(value) ?? '')

/** The branch or tag on which the workflow is to run. */
export const refOf = ({ ref, metadata }: Pick<GithubTarget, 'ref' | 'metadata'>): string => {
  if (ref !== null) return ref
  const { branchDetails } = metadata
  return typeof branchDetails === 'string' && branchDetails !== '' ? branchDetails : DEFAULT_REF
}

/** As people write it: `owner/repo/workflow`. */
export const workflowName = ({ owner, repo, workflow }: Workflow): string => `${owner}/${repo}/${workflow}`

/** What is known of the dispatch of one execution, so that it is not made twice. */
export type KnownRun = {
  /** Epoch ms: it was sent then, or was about to be. */
  readonly sentAt: number
  /** Null: GitHub has not said, or its answer was lost. */
  readonly runId: number | null
  /** The last attempt of the run at GitHub whose end was an outcome here; 0: none. */
  readonly judged: number
}

/** A run as GitHub tells of it. */
export type WorkflowRun = {
  readonly id: number
  readonly status: string
  readonly conclusion: string | null
  readonly attempt: number
  readonly url: string | null
  readonly branch: string | null
  readonly title: string
  /** Epoch ms. */
  readonly createdAt: number
}

/** Null where something is no run. */
export const workflowRun = (value: unknown): WorkflowRun | null => {
  if (typeof value !== 'object' || value === null) return null
  const run = value as Readonly<Record<string, unknown>>
  const { id, status, conclusion, run_attempt, head_branch } = run
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || typeof status !== 'string') return null
  return {
    id,
    status,
    conclusion: typeof conclusion === 'string' ? conclusion : null,
    attempt: typeof run_attempt === 'number' ? run_attempt : 1,
    url: linkOf(run.html_url),
    branch: typeof head_branch === 'string' ? head_branch : null,
    title: `${run.name ?? ''} ${run.display_title ?? ''}`,
    createdAt: Date.parse(String(run.created_at)),
  }
}

/** A link for people, if it is one. */
export const linkOf = (value: unknown): string | null =>
  typeof value === 'string' && /^https?:\/\/[!-~]{1,500}$/.test(value) ? value : null

/** Clocks of two machines may differ by this. */
const SKEW_MS = 10_000

/** Since when runs are looked at for a dispatch that was sent then. */
export const soughtSince = (sentAt: number): number => sentAt - SKEW_MS

/**
 * The run that a dispatch began. A title that holds the id of the execution settles it; else it is the only one on the
 * branch since then. `none` and `several` where that is not to be told.
 */
export const runOfDispatch = (
  runs: readonly WorkflowRun[],
  { executionId, ref, sentAt }: { readonly executionId: string; readonly ref: string; readonly sentAt: number },
): WorkflowRun | 'none' | 'several' => {
  const named = runs.find(({ title }) => title.includes(executionId))
  if (named !== undefined) return named
  const branch = ref.replace(/^refs\/(heads|tags)\//, '')
  const [first, ...others] = runs.filter((run) => run.branch === branch && run.createdAt >= soughtSince(sentAt))
  return first === undefined ? 'none' : others.length > 0 ? 'several' : first
}
