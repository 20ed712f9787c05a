/** Applications and their APIs between the wire and the use cases. */
import type {
  ApiCall,
  ApiEdit,
  ApiInput,
  ApiView,
  ApplicationEdit,
  ApplicationInput,
  ApplicationView,
  HandshakeTrial,
  HttpTargetInput,
} from '../../services/services.ts'
import type * as wire from '../contract/applications.ts'
import { jobEdit, jobInput, jobToWire } from './jobs.ts'
import { targetEdit } from './targets.ts'
import type { Ground } from './timetables.ts'
import { instant, instantOrNull } from './values.ts'

export const applicationToWire = (application: ApplicationView): wire.Application => ({
  id: application.id,
  name: application.name,
  description: application.description,
  owner_id: application.ownerId,
  root_url: application.rootUrl,
  handshake_url: application.handshakeUrl,
  secret_fingerprint: application.secretFingerprint,
  version: application.version,
  created_at: instant(application.createdAt),
  updated_at: instant(application.updatedAt),
})

export const applicationInput = (input: wire.ApplicationCreate): ApplicationInput => ({
  ...applicationEdit(input),
  name: input.name,
})

export const applicationEdit = (edit: wire.ApplicationUpdate): ApplicationEdit => ({
  name: edit.name,
  description: edit.description,
  rootUrl: edit.root_url,
  handshakeUrl: edit.handshake_url,
  secret: edit.secret,
})

export const trialToWire = (trial: HandshakeTrial): wire.HandshakeTrial => ({
  ok: trial.ok,
  auth_type: trial.authType,
  valid_until: instantOrNull(trial.validUntil),
  status_code: trial.statusCode,
  error: trial.error,
  failure: trial.failure,
  duration_seconds: trial.durationMs / 1000,
})

export const apiToWire = (api: ApiView): wire.ApiDefinition => ({
  id: api.id,
  application: api.application,
  name: api.name,
  path: api.path,
  handshake_url: api.handshakeUrl,
  job: jobToWire(api.job),
  created_at: instant(api.createdAt),
})

/** The address is made below; until then one that says nothing stands for it. */
const NOWHERE = 'https://application.invalid/'

export const apiInput = (input: wire.ApiCreate, ground: Ground): ApiInput => {
  const { path, handshake_url, target, ...job } = input
  const { target: whole, ...rest } = jobInput({ ...job, target: { kind: 'http', url: NOWHERE, ...target } }, ground)
  return { ...rest, call: { path, target: withoutAddress(whole as HttpTargetInput) }, handshakeUrl: handshake_url }
}

/** Joins an edit with the API as it was read, since its call is replaced whole. */
export const apiEdit = (present: ApiView, edit: wire.ApiUpdate, ground: Ground): ApiEdit => {
  const { path, handshake_url, target, enabled, name, ...job } = edit
  const { target: _, name: __, ...rest } = jobEdit(present.job, job, ground)
  return { ...rest, name, enabled, handshakeUrl: handshake_url, ...callEdit(present, path, target) }
}

const callEdit = (
  present: ApiView,
  path: string | undefined,
  target: wire.ApiUpdate['target'],
): { readonly call?: ApiCall } => {
  if (path === undefined && target === undefined) return {}
  const whole = targetEdit(present.job.target, { ...target, kind: 'http', url: undefined })
  return { call: { path: path ?? present.path, target: withoutAddress(whole as HttpTargetInput) } }
}

const withoutAddress = ({ kind: _, url: __, ...target }: HttpTargetInput): ApiCall['target'] => target
