/** `/jobs/{id}/execute` and `/jobs/test-run`: a run by hand that is waited for, and a call of what is no job yet. */
import type { FastifyRequest } from 'fastify'
import { parseDispatchUrl } from '../../../domain/github.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { JobView, RunOverrides, TestRunResult } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { type Fields, fieldsOf, isFields, textOf } from './body.ts'
import { refusal } from './errors.ts'
import { isSentAsOurs, sending } from './job-body.ts'
import { inJobWords } from './job-errors.ts'
import {
  type Called,
  calledFrom,
  isAbsent,
  metadataFrom,
  NEITHER_CALLED,
  NOTHING_CALLED,
  refuseHalf,
} from './job-rules.ts'
import { aboutOwn, jobToChange } from './jobs.ts'
import { about, type TeamRoutes } from './surface.ts'

type WithId = { Params: { id: string } }

/** A call has 10 s, and is recorded a moment later; whatever takes longer is found in the history. */
const WAIT_MS = 12_000

export const jobRunRoutes: TeamRoutes = (scope, { surface, services }) => {
  scope.post<WithId>('/jobs/:id/execute', aboutOwn(surface, 'Execute a job now'), async (request) => {
    const actor = actorOf(request)
    const { id } = request.params
    const words = inJobWords({ id, deed: 'execute', actor })
    const job = await jobToChange(services, actor, id, 'job.run').catch(words)
    const overrides = overridesFrom(payloadOf(request), job)
    const execution = await services.jobs.run(actor, id, overrides).catch(words)
    await services.executions.ended(actor, execution.id, WAIT_MS)
    return { message: 'Job triggered successfully', job_id: id, execution_id: execution.id }
  })

  scope.post('/jobs/test-run', about('jobs', 'Call a target once, without a job', 'writer'), async (request) => {
    const fields = fieldsOf(request)
    const called = calledInTest(fields, services.defaultGithubOwner)
    const metadata = metadataFrom(fields.metadata)
    const timeoutSeconds = secondsFrom(fields.timeout_seconds)
    const result = await services.testRun(actorOf(request), { ...called, metadata, timeoutSeconds }).catch(inJobWords())
    return resultToTeam(result)
  })
}

/** The body, if there is one. */
const payloadOf = (request: FastifyRequest): Fields => {
  const { body } = request
  if (body === undefined) return {}
  return isFields(body) ? body : fieldsOf(request)
}

/** What is for another kind of target is left out, and an empty text means what the job has. */
const overridesFrom = (fields: Fields, { target, metadata: kept }: JobView): RunOverrides => {
  const metadata = objectIn(fields, 'metadata')
  const sent = metadata === undefined || target.kind !== 'http' || !isSentAsOurs(target, kept) ? {} : sending(metadata)
  return {
    others: 'ignored',
    metadata,
    ...sent,
    url: textIn(fields, 'target_url'),
    owner: textIn(fields, 'github_owner'),
    repo: textIn(fields, 'github_repo'),
    workflow: textIn(fields, 'github_workflow_name'),
    dispatchUrl: textIn(fields, 'dispatch_url'),
    token: textIn(fields, 'github_token'),
  }
}

const textIn = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw refusal(400, 'Invalid payload', `"${name}" must be a string.`)
  return value.trim()
}

const objectIn = (fields: Fields, name: string): JsonObject | undefined => {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (!isFields(value)) throw refusal(400, 'Invalid payload', `"${name}" must be a JSON object.`)
  return value as JsonObject
}

const calledInTest = (fields: Fields, defaultOwner: string | null): Called => {
  const url = textOf(fields.target_url)
  if (url !== null && !/^https?:\/\//i.test(url) && parseDispatchUrl(url) === null)
    throw refusal(400, 'Invalid target_url', 'Webhook URL must start with http:// or https://')
  const called = calledFrom(fields, NOTHING_CALLED, defaultOwner)
  refuseHalf(called, NEITHER_CALLED)
  return called
}

/** Undefined: as many as by default. */
const secondsFrom = (value: unknown): number | undefined => {
  if (isAbsent(value)) return undefined
  const seconds = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  if (Number.isFinite(seconds)) return seconds
  throw refusal(400, 'Invalid timeout_seconds', '"timeout_seconds" must be a number.')
}

const resultToTeam = ({ kind, ok, statusCode, error, failure }: TestRunResult) => {
  const type = kind === 'github' ? 'github' : 'webhook'
  const what = kind === 'github' ? 'GitHub dispatch' : 'Webhook test run'
  if (statusCode !== null)
    return { ok, type, status_code: statusCode, message: `${what} ${ok ? 'succeeded' : 'failed'}.` }
  const title = kind === 'github' && failure === 'token' ? 'GitHub token not configured' : 'Request failed'
  return { ok, type, error: title, message: error ?? title }
}
