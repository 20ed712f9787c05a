/** The part of GitHub's API that dispatches and follows workflow runs, on loopback, and as faulty as a test wants it. */
import { httpTarget, type Received } from './targets.ts'

export const GITHUB_TOKEN = 'ghp_0123456789abcdefTOKEN'

export type FakeRun = {
  id: number
  name: string
  head_branch: string
  path: string
  status: string
  conclusion: string | null
  run_attempt: number
  created_at: string
  html_url: string
}

export type FakeAnswer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type FakeGithub = {
  readonly url: string
  readonly received: readonly Received[]
  readonly requests: (count: number) => Promise<void>
  readonly runs: FakeRun[]
  /** What `dispatches` were accepted with. */
  readonly dispatched: { readonly ref: string; readonly inputs: unknown }[]
  /** Those that it accepts. */
  readonly tokens: Set<string>
  /** Files that are workflows of octo/app. */
  readonly workflows: Set<string>
  /** False: as servers before 2026 answer. */
  givesDetails: boolean
  /** Answers instead, where it answers at all; `lost` closes the connection after the work was done. */
  instead: (request: Received) => FakeAnswer | 'lost' | null
  readonly end: (run: FakeRun | undefined, conclusion: string) => void
  readonly close: () => Promise<void>
}

export const githubServer = async (now: () => number): Promise<FakeGithub> => {
  const runs: FakeRun[] = []
  const dispatched: FakeGithub['dispatched'] = []
  const tokens = new Set([GITHUB_TOKEN])
  const workflows = new Set(['deploy.yml'])

  const dispatch = (file: string, request: Received): FakeAnswer => {
    if (!workflows.has(file)) return { status: 404, body: { message: 'Not Found' } }
    const { ref, inputs, return_run_details } = JSON.parse(request.body) as Record<string, unknown>
    dispatched.push({ ref: String(ref), inputs })
    const id = 1000 + runs.length
    const html_url = `https://github.com/octo/app/actions/runs/${id}`
    runs.push({
      id,
      name: 'deploy',
      head_branch: String(ref),
      path: `.github/workflows/${file}`,
      status: 'in_progress',
      conclusion: null,
      run_attempt: 1,
      created_at: new Date(now()).toISOString(),
      html_url,
    })
    return fake.givesDetails && return_run_details === true
      ? {
          status: 200,
          body: { workflow_run_id: id, run_url: `${fake.url}/repos/octo/app/actions/runs/${id}`, html_url },
        }
      : { status: 204 }
  }

  const show = (run: FakeRun, known: string | undefined): FakeAnswer => {
    const etag = `"${run.status}-${run.run_attempt}"`
    return known === etag ? { status: 304, headers: { etag } } : { status: 200, body: run, headers: { etag } }
  }

  const usual = (request: Received): FakeAnswer => {
    if (!tokens.has(String(request.headers.authorization).replace(/^Bearer /, '')))
      return { status: 401, body: { message: 'Bad credentials' } }
    const { pathname } = new URL(request.path, 'http://x')
    const file = /^\/repos\/octo\/app\/actions\/workflows\/([^/]+)\/dispatches$/.exec(pathname)?.[1]
    if (file !== undefined) return dispatch(decodeURIComponent(file), request)
    if (pathname === '/repos/octo/app/actions/runs') return { status: 200, body: { workflow_runs: runs } }
    const [, id, deed] = /^\/repos\/octo\/app\/actions\/runs\/(\d+)(?:\/([a-z-]+))?$/.exec(pathname) ?? []
    const run = runs.find((one) => String(one.id) === id)
    if (run === undefined) return { status: 404, body: { message: 'Not Found' } }
    if (deed === undefined) return show(run, request.headers['if-none-match'])
    if (deed === 'cancel') {
      fake.end(run, 'cancelled')
      return { status: 202, body: {} }
    }
    Object.assign(run, { status: 'in_progress', conclusion: null, run_attempt: run.run_attempt + 1 })
    return { status: 201, body: {} }
  }

  const server = await httpTarget((request, response) => {
    const instead = fake.instead(request)
    const answer = instead === null || instead === 'lost' ? usual(request) : instead
    if (instead === 'lost') {
      response.socket?.destroy()
      return
    }
    response.writeHead(answer.status, answer.headers)
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
  })

  const fake: FakeGithub = {
    url: server.origin,
    received: server.received,
    requests: server.requests,
    runs,
    dispatched,
    tokens,
    workflows,
    givesDetails: true,
    instead: () => null,
    end: (run, conclusion) => {
      if (run !== undefined) Object.assign(run, { status: 'completed', conclusion })
    },
    close: server.close,
  }
  return fake
}
