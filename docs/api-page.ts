/** docs/reference/api.md, written from the OpenAPI document: every path, who may ask, what goes in and what comes out. */

type Schema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly description?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

type Answer = { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }

type Operation = {
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly security?: readonly unknown[]
  readonly parameters?: readonly (Schema & { readonly in: string; readonly name: string; readonly schema: Schema })[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>
  }
  readonly responses: Readonly<Record<string, Answer>>
}

export type ApiDocument = {
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

export const apiPage = (document: ApiDocument): string =>
  [
    ...INTRODUCTION,
    ...document.tags.flatMap((tag) => [`## ${tag.name}`, '', tag.description, '', ...operationsOf(document, tag.name)]),
    '## Shapes',
    '',
    ...Object.entries(document.components.schemas).flatMap(([name, schema]) => [`### ${name}`, '', ...shape(schema)]),
  ].join('\n')

const INTRODUCTION = [
  '# API',
  '',
  'The API of Carillon lives under `/api/v3` and speaks JSON. A running server shows the same as a page at `/docs` and as',
  'OpenAPI 3.1 at `/openapi.json`; the document is also kept here as [openapi.json](openapi.json).',
  '',
  '* Sign in with `POST /api/v3/sessions` and send the access token as `Authorization: Bearer <token>`.',
  '* Instants are RFC 3339; what comes out is UTC with milliseconds. Lengths of time are seconds and may have fractions.',
  '* Unknown fields are refused by name. Bodies are at most 1 MiB and 32 levels deep; a name may come only once.',
  '* Lists come in pages of at most 100: send `next_cursor` back as `cursor`. A cursor belongs to its filter and order.',
  '* `ETag` is the version of a thing; sent back as `If-Match`, it keeps an edit from overwriting somebody else’s.',
  '* A request may take 30 seconds. Refusals are explained in [errors.md](errors.md).',
  '',
]

const operationsOf = (document: ApiDocument, tag: string): string[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes(tag))
      .flatMap(([method, operation]) => operationText(`${method.toUpperCase()} ${path}`, operation)),
  )

const operationText = (title: string, operation: Operation): string[] => {
  const { summary, description, security, requestBody, responses, parameters = [] } = operation
  const body = requestBody?.content['application/json']?.schema
  const optional = requestBody?.required === false ? ' (may be left out)' : ''
  const asked = parameters.filter((each) => each.in !== 'path')
  return [
    `### ${title}`,
    '',
    `${summary}.${description === undefined ? '' : ` ${description}`}${security?.length === 0 ? ' Nobody has to sign in for it.' : ''}`,
    '',
    ...asked.map(({ name, in: place, schema, description: meaning }) => {
      const where = place === 'header' ? 'Header' : 'Query'
      return `* ${where} \`${name}\`: ${sentences(typeText(schema), meaning, defaultText(schema))}`
    }),
    ...(body === undefined ? [] : [`* Body${optional}: ${typeText(body)}`]),
    ...Object.entries(responses)
      .filter(([status]) => status < '400')
      .map(([status, answer]) => `* ${status}: ${answerText(answer)}`),
    refusedText(responses),
    '',
  ].filter((line, at, all) => line !== '' || all[at - 1] !== '')
}

const answerText = ({ description, content }: Answer): string => {
  const schema = content?.['application/json']?.schema
  return schema === undefined ? description : `${typeText(schema)}. ${description}`
}

const refusedText = (responses: Operation['responses']): string => {
  const codes = Object.entries(responses)
    .filter(([status]) => status >= '400')
    .flatMap(([status, { description }]) =>
      [...description.matchAll(/`([a-z_.]+)`:/g)].map((match) => `\`${match[1]}\` (${status})`),
    )
  return codes.length === 0 ? '' : `* Refused: ${codes.join(', ')}`
}

const shape = (schema: Schema): string[] => {
  const alternatives = schema.oneOf ?? schema.anyOf
  const lead = schema.description === undefined ? [] : [schema.description, '']
  if (alternatives !== undefined)
    return [...lead, 'One of:', '', ...alternatives.flatMap((each) => [`* ${kindText(each)}`]), '']
  return [...lead, ...fieldTable(schema)]
}

const fieldTable = ({ properties = {}, required = [] }: Schema): string[] => [
  '| field | type | required | meaning |',
  '|---|---|---|---|',
  ...Object.entries(properties).map(([name, field]) => {
    const needed = required.includes(name) ? 'yes' : ''
    return `| \`${name}\` | ${cell(typeText(field))} | ${needed} | ${cell(sentences(field.description, defaultText(field)))} |`
  }),
  '',
]

/** One alternative on a line: `kind` cron, with its fields. */
const kindText = ({ properties = {}, required = [], description }: Schema): string => {
  const fields = Object.entries(properties).map(
    ([name, field]) => `\`${name}${required.includes(name) ? '' : '?'}\` ${typeText(field)}`,
  )
  return sentences(fields.join(', '), description)
}

const typeText = (schema: Schema): string => {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return `[${name}](#${name.toLowerCase()})`
  }
  const alternatives = schema.oneOf ?? schema.anyOf
  if (alternatives !== undefined) return alternatives.map(typeText).join(' or ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${each}\``).join(' ')
  const types = [schema.type ?? 'any JSON'].flat()
  return types.map((type) => plainType(type, schema)).join(' or ')
}

const plainType = (type: string, schema: Schema): string => {
  if (type === 'array') return `list of ${typeText(schema.items ?? {})}`
  if (type === 'object' && typeof schema.additionalProperties === 'object')
    return `object of names and ${typeText(schema.additionalProperties)}`
  if (type === 'object') {
    const fields = Object.keys(schema.properties ?? {})
    return fields.length === 0 ? 'an empty object' : `object with ${kindText(schema)}`
  }
  if (type === 'string') return schema.format ?? 'text'
  return type === 'integer' || type === 'number' ? numberText(type, schema) : type
}

const numberText = (type: string, { minimum, maximum }: Schema): string => {
  const name = type === 'integer' ? 'whole number' : 'number'
  if (minimum !== undefined && maximum !== undefined) return `${name} ${minimum} to ${maximum}`
  return minimum === undefined ? name : `${name} from ${minimum}`
}

const sentences = (...texts: readonly (string | undefined)[]): string =>
  texts
    .filter((text) => text !== undefined && text !== '')
    .map((text) => text?.replace(/\.$/, ''))
    .join('. ')
const defaultText = (schema: Schema): string =>
  schema.default === undefined ? '' : `Default \`${JSON.stringify(schema.default)}\``
const cell = (text: string): string => text.replaceAll('|', '\\|')
