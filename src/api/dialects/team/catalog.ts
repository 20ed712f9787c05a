/** `/job-categories` and `/pic-teams`: two short lists with the same ways. */
import { slugOf } from '../../../domain/catalog.ts'
import { DomainError } from '../../../domain/errors.ts'
import type { CatalogEdit, CatalogInput, CatalogView, Services } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { type Fields, fieldsOf, queryOf, textOf } from './body.ts'
import { refusal, type TeamRefusal } from './errors.ts'
import { about, type TeamContext, type TeamRoutes } from './surface.ts'
import { bareInstant } from './times.ts'

type WithId = { Params: { id: string } }

type Kind = {
  readonly part: keyof Services['catalog']
  readonly path: string
  readonly tag: string
  /** As the document calls one, at the start of a sentence. */
  readonly noun: string
  readonly one: string
  readonly many: string
}

const KINDS: readonly Kind[] = [
  {
    part: 'categories',
    path: '/job-categories',
    tag: 'categories',
    noun: 'Category',
    one: 'category',
    many: 'categories',
  },
  { part: 'teams', path: '/pic-teams', tag: 'pic-teams', noun: 'PIC team', one: 'pic_team', many: 'pic_teams' },
]

export const catalogRoutes: TeamRoutes = (scope, context) => {
  for (const kind of KINDS) routesOf(scope, context, kind)
}

const routesOf = (scope: Parameters<TeamRoutes>[0], { services }: TeamContext, kind: Kind): void => {
  // Asked for at each request: a description is made without any use cases.
  const part = () => services.catalog[kind.part]
  const { tag, noun, path } = kind

  scope.get(path, about(tag, `List: ${noun}`), async (request) => {
    const includeInactive = /^(true|1|yes|on)$/i.test(queryOf(request).include_inactive ?? '')
    return { [kind.many]: (await part().list(actorOf(request), { includeInactive })).map((item) => shown(kind, item)) }
  })

  scope.post(path, about(tag, `Create: ${noun}`, 'admin'), async (request, reply) => {
    const item = await part()
      .create(actorOf(request), inputOf(kind, fieldsOf(request)))
      .catch(inWords(kind, ''))
    return reply.code(201).send({ message: `${noun} created`, [kind.one]: shown(kind, item) })
  })

  scope.put<WithId>(`${path}/:id`, about(tag, `Update: ${noun}`, 'admin'), async (request) => {
    const { id } = request.params
    const edit = editOf(kind, fieldsOf(request))
    const { item, jobsUpdated } = await part().update(actorOf(request), id, edit, null).catch(inWords(kind, id))
    return { message: `${noun} updated`, [kind.one]: shown(kind, item), jobs_updated: jobsUpdated }
  })

  scope.delete<WithId>(`${path}/:id`, about(tag, `Disable: ${noun}`, 'admin'), async (request) => {
    const { id } = request.params
    const item = await part().disable(actorOf(request), id, null).catch(inWords(kind, id))
    return { message: `${noun} disabled`, [kind.one]: shown(kind, item) }
  })
}

const needed = (name: string): TeamRefusal => refusal(400, 'Missing required fields', `"${name}" is required.`)
const wrong = (message: string): TeamRefusal => refusal(400, 'Invalid payload', message)
const invalidSlug = (): TeamRefusal =>
  refusal(400, 'Invalid slug', 'A slug needs at least one letter from a to z or a digit.')

const inputOf = ({ part }: Kind, fields: Fields): CatalogInput => {
  const name = textOf(fields.name)
  const slackHandle = textOf(fields.slack_handle)
  if (name === null) throw needed('name')
  if (part === 'teams' && slackHandle === null) throw needed('slack_handle')
  // Empty: made of the name.
  const slug = fields.slug === undefined || fields.slug === null || fields.slug === '' ? undefined : fields.slug
  if (slug !== undefined && typeof slug !== 'string') throw invalidSlug()
  if (slugOf(slug ?? name) === null) throw invalidSlug()
  return { name, slug, ...(part === 'teams' && slackHandle !== null ? { slackHandle } : {}) }
}

const editOf = ({ part }: Kind, fields: Fields): CatalogEdit => {
  if (fields.slug !== undefined) throw wrong('Slug cannot be edited directly; it is derived from name.')
  const { is_active: active } = fields
  if (active !== undefined && typeof active !== 'boolean') throw wrong('"is_active" must be true or false.')
  const name = filled('name', fields.name)
  const slackHandle = part === 'teams' ? filled('slack_handle', fields.slack_handle) : undefined
  if (name !== undefined && slugOf(name) === null) throw invalidSlug()
  return { name, active, slackHandle }
}

const filled = (field: string, value: unknown): string | undefined => {
  if (value === undefined) return undefined
  const text = textOf(value)
  if (text === null) throw wrong(`"${field}" cannot be empty.`)
  return text
}

const inWords =
  ({ noun }: Kind, id: string) =>
  (error: unknown): never => {
    if (!(error instanceof DomainError)) throw error
    if (error.code === 'not_found') throw refusal(404, 'Not found', `No ${nounWithin(noun)} found with ID: ${id}`)
    if (error.code !== 'conflict') throw error
    const [clash] = error.errors
    // Without a field it is the category that always stays.
    throw clash === undefined
      ? wrong(error.message)
      : refusal(409, 'Duplicate slug', `${noun} slug "${clash.value}" already exists.`)
  }

const nounWithin = (noun: string): string => (noun === 'Category' ? 'category' : noun)

const shown = ({ part }: Kind, item: CatalogView) => ({
  id: item.id,
  slug: item.slug,
  name: item.name,
  ...(part === 'teams' ? { slack_handle: item.slackHandle } : {}),
  is_active: item.active,
  created_at: bareInstant(item.createdAt),
  updated_at: bareInstant(item.updatedAt),
})
