/** Drives the API as a user would, and writes down each call: what was asked, when, and what is known of its effect. */
import type { Call, JobSpec, Seen } from '../checker/history.ts'
import { type Answer, type Request, send } from './http.ts'
import { type JobPlan, policiesOf, schedulesOf } from './job-plan.ts'

export type JobHandle = {
  readonly name: string
  /** Null until an answer has told it. */
  id: string | null
}

export type Client = {
  readonly create: (job: JobHandle, plan: JobPlan) => Promise<Call['result']>
  readonly update: (job: JobHandle, plan: JobPlan) => Promise<Call['result']>
  readonly act: (job: JobHandle, kind: 'pause' | 'resume' | 'delete') => Promise<Call['result']>
  /** By id, or by name while no answer has told the id. Undefined: no answer that tells. */
  readonly read: (job: JobHandle) => Promise<Seen | undefined>
  readonly signIn: () => Promise<void>
  /** Any other request, not written down. */
  readonly ask: (request: Omit<Request, 'url' | 'token'> & { readonly path: string }) => Promise<Answer>
  readonly calls: readonly Call[]
  /** Answers that no call of a fault run should get, such as 422. */
  readonly surprises: readonly string[]
}

export const createClient = (url: () => string): Client => {
  const calls: Call[] = []
  const surprises: string[] = []
  let token: string | undefined

  const ask: Client['ask'] = ({ path, ...request }) =>
    send({ ...request, url: `${url()}${path}`, ...(token === undefined ? {} : { token }) })

  const log = async (
    job: JobHandle,
    kind: Call['kind'],
    spec: JobSpec | null,
    request: Parameters<typeof ask>[0],
  ): Promise<Call> => {
    const invokedAt = Date.now()
    const answer = await ask(request)
    const result = resultOf(answer)
    // A silent server may still do it.
    const endedAt = answer.kind === 'silent' ? Number.POSITIVE_INFINITY : Date.now()
    const seen = seenIn(job, kind, answer)
    const told = seen === undefined ? {} : { seen }
    const call: Call = { job: job.name, kind, invokedAt, endedAt, result, spec, ...told }
    calls.push(call)
    const expected = [200, 201, 202, 204, 404, 503, 507]
    if (answer.kind === 'answer' && !expected.includes(answer.status))
      surprises.push(`${kind} ${job.name}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return call
  }

  const pathOf = (job: JobHandle): string => {
    if (job.id === null) throw new Error(`${job.name} has no id yet`)
    return `/api/v3/jobs/${job.id}`
  }

  return {
    create: async (job, plan) =>
      (await log(job, 'create', plan.spec, { method: 'POST', path: '/api/v3/jobs', body: bodyOf(job, plan) })).result,
    update: async (job, { spec }) => {
      const body = { schedules: schedulesOf(spec), metadata: { revision: spec.revision } }
      return (await log(job, 'update', spec, { method: 'PATCH', path: pathOf(job), body })).result
    },
    act: async (job, kind) => {
      const request =
        kind === 'delete'
          ? { method: 'DELETE', path: pathOf(job) }
          : { method: 'POST', path: `${pathOf(job)}/${kind}`, body: {} }
      return (await log(job, kind, null, request)).result
    },
    read: async (job) => {
      const byName = `/api/v3/jobs?limit=10&search=${encodeURIComponent(job.name)}`
      return (await log(job, 'read', null, { method: 'GET', path: job.id === null ? byName : pathOf(job) })).seen
    },
    signIn: async () => {
      const answer = await ask({
        method: 'POST',
        path: '/api/v3/sessions',
        body: { login: 'admin', password: 'admin123' },
      })
      if (answer.kind !== 'answer' || answer.status > 299) throw new Error(`sign in: ${JSON.stringify(answer)}`)
      token = (answer.body as { access_token: string }).access_token
    },
    ask,
    calls,
    surprises,
  }
}

const bodyOf = (job: JobHandle, plan: JobPlan): unknown => ({
  name: job.name,
  schedules: schedulesOf(plan.spec),
  target: { kind: 'http', url: plan.url, method: 'POST', body: { type: 'json', content: { job: job.name } } },
  policies: policiesOf(plan),
  metadata: { revision: plan.spec.revision },
})

/** "The database is away or full; nothing was changed" is a failure for sure; any other fault of the server tells nothing. */
const resultOf = (answer: Answer): Call['result'] => {
  if (answer.kind === 'refused') return 'fail'
  if (answer.kind !== 'answer') return 'unknown'
  if (answer.status < 300) return 'ok'
  return answer.status < 500 || answer.status === 503 || answer.status === 507 ? 'fail' : 'unknown'
}

type JobOnTheWire = {
  readonly id: string
  readonly name: string
  readonly state: 'active' | 'paused' | 'ended'
  readonly metadata: { readonly revision: string }
}

/** What an answer says about the job; undefined: nothing. */
const seenIn = (job: JobHandle, kind: Call['kind'], answer: Answer): Seen | undefined => {
  if (answer.kind !== 'answer') return undefined
  if (answer.status === 404) return null
  if (answer.status >= 300) return undefined
  if (kind === 'delete') return null
  const body = answer.body as JobOnTheWire & { readonly job?: JobOnTheWire; readonly items?: readonly JobOnTheWire[] }
  const found = body.items === undefined ? (body.job ?? body) : body.items.find(({ name }) => name === job.name)
  if (found === undefined) return null
  job.id = found.id
  return { revision: found.metadata.revision, state: found.state }
}
