/** An API definition as the document has it, read from the API and its job, and made into what the use cases take. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { invalid } from '../../../domain/errors.ts'
import type { HttpBody, HttpMethod, NameValue } from '../../../domain/target.ts'
import type { ApiCall, ApiView, HttpAuthInput, HttpTargetView, JobInput } from '../../../services/services.ts'
import { authIn, type CallConfig, callConfigIn, MASK, methodIn, NO_CONFIG } from './call-config.ts'
import { type Fields, pairsIn, pairsToObject, payloadIn, textOrNone } from './fields.ts'
import { cronOf, FREQUENCY_FIELDS, type Frequency, frequencyIn } from './frequency.ts'

export type Definition = {
  readonly apiRoute: string
  readonly requestType: HttpMethod
  readonly queryParams: readonly NameValue[]
  readonly headerParams: readonly NameValue[]
  readonly payload: HttpBody | null
  readonly config: CallConfig
  readonly frequency: Frequency | null
  readonly cronConfig: string | null
  readonly timeZone: string
  readonly auth: HttpAuthInput | null
  /** Fields that came as the text of JSON, and go out so. */
  readonly asText: readonly string[]
}

/** What a job has no place for. */
type Said = Pick<Definition, 'requestType' | 'headerParams' | 'config' | 'frequency' | 'cronConfig' | 'asText'>

const TEXTUAL = ['queryParams', 'headerParams', 'payload', 'callConfig'] as const
const SCHEDULE_FIELDS: readonly string[] = [...FREQUENCY_FIELDS, 'cronConfig', 'timeZone']
const CALL_FIELDS: readonly string[] = [
  ...['apiRoute', 'requestType', 'queryParams', 'headerParams', 'payload', 'callConfig'],
  ...['authType', 'authCredentials'],
]
const AUTHORIZATION = 'authorization'

export const newDefinition = (timeZone: string): Definition => ({
  apiRoute: '',
  requestType: 'GET',
  queryParams: [],
  headerParams: [],
  payload: null,
  config: NO_CONFIG,
  frequency: null,
  cronConfig: null,
  timeZone,
  auth: null,
  asText: [],
})

/** What was said holds as long as the job is what was made of it; where it was changed elsewhere, the job has the say. */
export const definitionOf = (api: ApiView, timeZone: string): Definition => {
  const said = { ...newDefinition(timeZone), ...(api.said as Partial<Said>) }
  const target: HttpTargetView =
    api.job.target.kind === 'http' ? api.job.target : { kind: 'http', url: '', method: 'GET' }
  const headers = target.headers ?? []
  const isAsSaid = isDeepStrictEqual(composed(said), { method: target.method, headers: [...headers] })
  const [schedule] = api.job.timetable.schedules
  const expression = schedule?.kind === 'cron' ? schedule.expression : null
  const byFrequency = said.cronConfig === null && said.frequency !== null && cronOf(said.frequency) === expression
  return {
    apiRoute: api.path,
    requestType: isAsSaid ? said.requestType : target.method,
    queryParams: target.query ?? [],
    headerParams: isAsSaid ? said.headerParams : headers,
    payload: target.body ?? null,
    config: isAsSaid ? said.config : NO_CONFIG,
    frequency: said.frequency,
    cronConfig: byFrequency ? null : expression,
    timeZone: (schedule?.kind === 'cron' ? schedule.zone : null) ?? api.job.timetable.zone ?? timeZone,
    auth: authOf(target),
    asText: said.asText,
  }
}

/** With the fields of a body in it; throws for what is wrong with one. */
export const withFields = (before: Definition, fields: Fields): Definition => {
  const has = (name: string): boolean => fields[name] !== undefined
  const { config, fields: inConfig } = has('callConfig')
    ? callConfigIn(fields.callConfig)
    : { config: before.config, fields: {} }
  const all = has('headerParams') ? pairsIn('headerParams', fields.headerParams) : before.headerParams
  const authorization = [...all, ...config.headers].find(({ name }) => name.toLowerCase() === AUTHORIZATION)
  const given = { authType: inConfig.authType, authCredentials: inConfig.authCredentials, ...authFields(fields) }
  const auth = authIn(given, before.auth ?? undefined)
  if (authorization !== undefined && auth != null)
    throw invalid('headerParams.Authorization', undefined, 'authType says already how to sign in')
  const headerParams = all.filter(({ name }) => name.toLowerCase() !== AUTHORIZATION)
  const plainConfig = {
    ...config,
    headers: config.headers.filter(({ name }) => name.toLowerCase() !== AUTHORIZATION),
  }
  const cron = textOrNone(fields, 'cronConfig')
  const sent = { headers: [...headerParams, ...plainConfig.headers] }
  return {
    apiRoute: textOrNone(fields, 'apiRoute') ?? (has('apiRoute') ? '' : before.apiRoute),
    requestType: has('requestType') ? methodIn('requestType', fields.requestType) : before.requestType,
    queryParams: has('queryParams') ? pairsIn('queryParams', fields.queryParams) : before.queryParams,
    headerParams,
    payload: has('payload') ? payloadIn(fields.payload, sent.headers) : before.payload,
    config: plainConfig,
    frequency: frequencyIn(fields, before.frequency),
    cronConfig: cron === undefined ? before.cronConfig : cron,
    timeZone: textOrNone(fields, 'timeZone') ?? before.timeZone,
    auth:
      authorization === undefined
        ? keptAuth(before, auth, has('headerParams'))
        : headerAuth(authorization.value, before),
    asText: TEXTUAL.filter((name) => (has(name) ? typeof fields[name] === 'string' : before.asText.includes(name))),
  }
}

const authFields = ({ authType, authCredentials }: Fields): Fields => ({
  ...(authType === undefined ? {} : { authType }),
  ...(authCredentials === undefined ? {} : { authCredentials }),
})

/** An Authorization header goes when the headers are given anew without it. */
const keptAuth = (before: Definition, auth: HttpAuthInput | null | undefined, newHeaders: boolean) => {
  if (auth !== undefined) return auth
  return newHeaders && before.auth?.kind === 'header' ? null : before.auth
}

/** Kept encrypted, unlike other headers. */
const headerAuth = (value: string, { auth }: Definition): HttpAuthInput =>
  value === MASK && auth?.kind === 'header' ? auth : { kind: 'header', name: AUTHORIZATION, value }

/** Without its secret: the stored one stays. */
const authOf = ({ auth }: HttpTargetView): HttpAuthInput | null => {
  if (auth === undefined) return null
  switch (auth.kind) {
    case 'basic':
      return { kind: 'basic', username: auth.username }
    case 'bearer':
      return { kind: 'bearer' }
    case 'header':
      return { kind: 'header', name: auth.name }
    case 'oauth2': {
      const { clientSecret: _, ...rest } = auth
      return rest
    }
  }
}

const composed = ({ requestType, headerParams, config }: Pick<Said, 'requestType' | 'headerParams' | 'config'>) => {
  const overridden = new Set(config.headers.map(({ name }) => name.toLowerCase()))
  return {
    method: config.requestType ?? requestType,
    headers: [...headerParams.filter(({ name }) => !overridden.has(name.toLowerCase())), ...config.headers],
  }
}

/** The cron expression that it runs by; throws where there is none. */
const expressionOf = ({ cronConfig, frequency }: Definition): string => {
  const expression = cronConfig ?? (frequency === null ? null : cronOf(frequency))
  if (expression === null) throw invalid('frequency', frequency, 'give a frequency, or a cronConfig')
  return expression
}

const timetableOf = (definition: Definition): JobInput['timetable'] => {
  const zone = definition.timeZone
  return { schedules: [{ kind: 'cron', expression: expressionOf(definition), zone }], zone }
}

const callOf = (definition: Definition, kept: Partial<HttpTargetView> = {}): ApiCall => {
  const { method, headers } = composed(definition)
  const { tls, signing } = kept
  return {
    path: definition.apiRoute,
    target: {
      method,
      ...(definition.queryParams.length > 0 && { query: definition.queryParams }),
      ...(headers.length > 0 && { headers }),
      ...(definition.payload !== null && { body: definition.payload }),
      ...(definition.auth !== null && { auth: definition.auth }),
      ...(kept.success && { success: kept.success }),
      ...(kept.redirects === false && { redirects: false }),
      ...(kept.completion && { completion: kept.completion }),
      ...(tls && { tls: { ...tls, privateKey: undefined } }),
      ...(signing && { signing: {} }),
    },
  }
}

const saidOf = ({ requestType, headerParams, config, frequency, cronConfig, asText }: Definition): Said => ({
  ...{ requestType, headerParams, config, frequency, cronConfig, asText },
})

export const inputOf = (definition: Definition) => ({
  call: callOf(definition),
  timetable: timetableOf(definition),
  said: saidOf(definition),
  ...(definition.config.timeout === null ? {} : { policies: { timeoutMs: definition.config.timeout } }),
})

/** Only what the fields are about: what else the job is stays. */
export const editOf = (api: ApiView, definition: Definition, fields: Fields) => {
  const touches = (names: readonly string[]): boolean => names.some((name) => fields[name] !== undefined)
  const kept = api.job.target.kind === 'http' ? api.job.target : {}
  return {
    said: saidOf(definition),
    ...(touches(CALL_FIELDS) && { call: callOf(definition, kept) }),
    ...(touches(SCHEDULE_FIELDS) && { timetable: timetableOf(definition) }),
    ...(fields.callConfig !== undefined &&
      definition.config.timeout !== null && {
        policies: { ...api.job.policies, timeoutMs: definition.config.timeout },
      }),
  }
}

/** Credentials are not told: of an Authorization header only that it is there. */
export const definitionToFields = (definition: Definition): Fields => {
  const { auth, config, payload, asText } = definition
  const shown = (name: (typeof TEXTUAL)[number], value: unknown): unknown =>
    value !== null && asText.includes(name) ? JSON.stringify(value) : value
  const headers = pairsToObject(definition.headerParams)
  const withAuth = auth?.kind === 'header' && auth.name.toLowerCase() === AUTHORIZATION
  const isConfigured = config.requestType !== null || config.headers.length > 0 || config.timeout !== null
  const ofConfig = {
    ...(config.requestType !== null && { requestType: config.requestType }),
    ...(config.headers.length > 0 && { headers: pairsToObject(config.headers) }),
    ...(config.timeout !== null && { timeout: config.timeout }),
  }
  return {
    apiRoute: definition.apiRoute,
    requestType: definition.requestType,
    queryParams: shown('queryParams', definition.queryParams.length > 0 ? pairsToObject(definition.queryParams) : null),
    headerParams: shown(
      'headerParams',
      definition.headerParams.length > 0 || withAuth ? { ...headers, ...(withAuth && { Authorization: MASK }) } : null,
    ),
    payload: payload?.type === 'json' ? shown('payload', payload.content) : (payload?.content ?? null),
    callConfig: shown('callConfig', isConfigured ? ofConfig : null),
    authType: auth?.kind === 'basic' ? 'Basic' : auth?.kind === 'bearer' ? 'BearerToken' : null,
  }
}
