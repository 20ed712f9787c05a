/** `/applications` and the APIs below them. */
import type { FastifyInstance } from 'fastify'
import type { Actor } from '../../../domain/actor.ts'
import { DomainError, invalid } from '../../../domain/errors.ts'
import type { ApiView } from '../../../services/services.ts'
import { actorOf, onceMoreIfStale } from '../../routes/route.ts'
import { handshakeIn, MASK } from './call-config.ts'
import type { ApplicationsContext } from './context.ts'
import { definitionOf, editOf, inputOf, newDefinition, withFields } from './definition.ts'
import { inTheirWords } from './errors.ts'
import { bodyOf, type Fields, flag, isFields, neededText, textOrNone } from './fields.ts'
import { apiToFields, applicationToFields } from './shapes.ts'

type OfApplication = { readonly Params: { readonly appId: string } }
type OfApi = { readonly Params: { readonly appId: string; readonly apiName: string } }

const MOST_IN_LIST = 100
const hidden = { schema: { hide: true } }

export const applicationRoutes = (scope: FastifyInstance, { services, timeZone }: ApplicationsContext): void => {
  const apiIn = (fields: Fields) => ({
    ...inputOf(withFields(newDefinition(timeZone), fields)),
    name: neededText(fields, 'apiName'),
    enabled: flag(fields, 'isActive'),
    handshakeUrl: handshakeIn(fields),
  })

  const changeApi = ({ appId, apiName }: OfApi['Params'], actor: Actor, fields: Fields): Promise<ApiView> =>
    onceMoreIfStale(async () => {
      const present = await services.apis.get(actor, appId, apiName)
      const definition = withFields(definitionOf(present, timeZone), fields)
      const edit = {
        ...editOf(present, definition, fields),
        name: fields.apiName === undefined ? undefined : neededText(fields, 'apiName'),
        enabled: flag(fields, 'isActive'),
        handshakeUrl: handshakeIn(fields),
      }
      return services.apis.update(actor, appId, present.id, edit, present.job.version)
    }).catch(inTheirWords('apiName'))

  scope.post('/applications', hidden, async (request, reply) => {
    const actor = actorOf(request)
    const fields = bodyOf(request)
    const list = listIn(fields).map((api, at) => within(at, () => apiIn(api)))
    const input = { ...applicationIn(fields), name: neededText(fields, 'appName') }
    const { application, apis } = await services.apis.createAll(actor, input, list).catch(inTheirWords('appName'))
    return reply.code(201).send(applicationToFields(application, apis, timeZone))
  })

  scope.get('/applications', hidden, async (request) => {
    const actor = actorOf(request)
    const shown: Fields[] = []
    for (const application of await services.applications.list(actor))
      shown.push(applicationToFields(application, await services.apis.list(actor, application.id), timeZone))
    return shown
  })

  scope.post<OfApplication>('/applications/:appId/apis', hidden, async (request, reply) => {
    const actor = actorOf(request)
    // An application that is not there is told of before what is wrong with the body.
    const { id } = await services.applications.get(actor, request.params.appId)
    const made = await services.apis.create(actor, id, apiIn(bodyOf(request))).catch(inTheirWords('apiName'))
    return reply.code(201).send(apiToFields(made, timeZone))
  })

  scope.put<OfApi>('/applications/:appId/apis/:apiName', hidden, async (request) =>
    apiToFields(await changeApi(request.params, actorOf(request), bodyOf(request)), timeZone),
  )

  scope.put<OfApi>('/applications/:appId/apis/:apiName/cronConfig', hidden, async (request) => {
    const { cronConfig } = bodyOf(request)
    if (typeof cronConfig !== 'string' || cronConfig.trim() === '')
      throw invalid('cronConfig', cronConfig, 'give a cron expression, such as */5 * * * *')
    return apiToFields(await changeApi(request.params, actorOf(request), { cronConfig }), timeZone)
  })
}

const applicationIn = (fields: Fields) => {
  const handshakeUrl = textOrNone(fields, 'handshakeUrl')
  const secret = textOrNone(fields, 'auth')
  return {
    description: textOrNone(fields, 'description'),
    rootUrl: rootIn(textOrNone(fields, 'appRootPath'), handshakeUrl),
    handshakeUrl,
    secret: secret === MASK ? undefined : secret,
  }
}

/** A path alone is on the host of the handshake. */
const rootIn = (root: string | null | undefined, handshakeUrl: string | null | undefined) => {
  if (root == null || !root.startsWith('/')) return root
  if (handshakeUrl == null || !URL.canParse(handshakeUrl))
    throw invalid('appRootPath', root, 'give a whole address, or a handshakeUrl whose host the path is on')
  return new URL(handshakeUrl).origin + root
}

const listIn = (fields: Fields): readonly Fields[] => {
  const { apiList } = fields
  if (apiList == null) return []
  if (!Array.isArray(apiList) || !apiList.every(isFields))
    throw invalid('apiList', apiList, 'give a list of API definitions')
  if (apiList.length > MOST_IN_LIST) throw invalid('apiList', apiList.length, `give at most ${MOST_IN_LIST} at once`)
  return apiList
}

/** A fault of one of a list says which. */
const within = <T>(at: number, act: () => T): T => {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const errors = error.errors.map((fault) => ({ ...fault, field: `apiList[${at}].${fault.field}` }))
    throw new DomainError(error.code, error.message, { errors, cause: error })
  }
}
