/** Where a target may hold template variables, and the request that comes of them. Pure: saving tries it, each fire does it. */
import type { HttpBody, HttpTarget } from './target.ts'
import { TARGET_BOUNDS } from './target-rules.ts'
import {
  fillIn,
  forHeader,
  forJson,
  forUrl,
  forXml,
  isFilledIn,
  metadataKeysIn,
  type Piece,
  parseTemplate,
  type TemplateValues,
} from './template.ts'

/** What differs from attempt to attempt of a target with variables. */
export type FilledIn = {
  readonly url: URL
  /** Values of the job's own headers, in their order. */
  readonly headerValues: readonly string[]
  readonly body: string | null
}

type Named = { readonly field: string; readonly name: string }

export type TargetTemplate = {
  /** Keys of the job's metadata that are named, by field. */
  readonly metadata: readonly Named[]
  /** Names of ours that do not exist, by field. */
  readonly unknown: readonly Named[]
  /** Variables where none may stand: in scheme, host or port. */
  readonly inHost: readonly string[]
  /** Holds no variable at all. */
  readonly isPlain: boolean
  /** A sentence and its field when the values lead to a request that may not be sent. */
  readonly fill: (values: TemplateValues) => FilledIn | { readonly field: string; readonly wrong: string }
}

type Found = { readonly field: string; readonly pieces: readonly Piece[]; readonly unknown: readonly string[] }

/** Of a target whose URL can be parsed. */
export const templateOf = (target: HttpTarget): TargetTemplate => {
  const found: Found[] = []
  const read = (field: string, text: string): readonly Piece[] => {
    const parsed = parseTemplate(text)
    found.push({ field, ...parsed })
    return parsed.pieces
  }
  const address = addressOf(target, read)
  const headers = (target.headers ?? []).map(({ value }, at) => read(`target.headers[${at}].value`, value))
  const body = target.body === undefined ? null : bodyOf(target.body, read)

  return {
    metadata: found.flatMap(({ field, pieces }) => metadataKeysIn(pieces).map((name) => ({ field, name }))),
    unknown: found.flatMap(({ field, unknown }) => unknown.map((name) => ({ field, name }))),
    inHost: variablesInHost(target.url),
    isPlain: !found.some(({ pieces }) => isFilledIn(pieces)),
    fill: (values) => {
      const url = address(values)
      if (typeof url === 'string') return { field: 'target.url', wrong: url }
      const headerValues = headers.map((each) => fillIn(each, values, forHeader))
      const long = headerValues.findIndex((value) => value.length > TARGET_BOUNDS.headerValueLength)
      if (long >= 0) {
        const wrong = `filled in, it has more than ${TARGET_BOUNDS.headerValueLength} characters`
        return { field: `target.headers[${long}].value`, wrong }
      }
      const text = body?.(values) ?? null
      if (text !== null && Buffer.byteLength(text) > TARGET_BOUNDS.bodyBytes) {
        return { field: 'target.body.content', wrong: `filled in, it has more than ${TARGET_BOUNDS.bodyBytes} bytes` }
      }
      return { url, headerValues, body: text }
    },
  }
}

type Read = (field: string, text: string) => readonly Piece[]

/** Scheme, host and port are never filled in: whom a job calls is settled when it is saved. */
const HEAD = /^https?:\/\/[^/?#]*/i

const variablesInHost = (url: string): readonly string[] => {
  const { pieces, unknown } = parseTemplate(HEAD.exec(url)?.[0] ?? '')
  const known = pieces.flatMap((piece) => {
    if (typeof piece === 'string') return []
    return 'variable' in piece ? [piece.variable] : [`metadata.${piece.metadata}`]
  })
  return [...known, ...unknown]
}

/** Answers a sentence when a value would change the way of the path: `..` cannot be escaped (WHATWG URL, 3.5). */
const addressOf = (target: HttpTarget, read: Read): ((values: TemplateValues) => URL | string) => {
  const head = HEAD.exec(target.url)?.[0] ?? ''
  const rest = read('target.url', target.url.slice(head.length))
  const query = (target.query ?? []).map(({ name, value }, at) => ({
    name: forUrl(name),
    value: read(`target.query[${at}].value`, value).map((piece) => (typeof piece === 'string' ? forUrl(piece) : piece)),
  }))

  // The parser encodes what a person wrote; marks that it leaves alone show where the values go afterwards.
  const mark = unusedMark(target.url)
  const marked = rest.map((piece, at) => (typeof piece === 'string' ? piece : `${mark}${at}~`)).join('')
  const parsed = new URL(head + marked)
  const written = (parsed.pathname + parsed.search).split(new RegExp(`${mark}(\\d+)~`))
  const path = written.map((text, at) => (at % 2 === 0 ? text : (rest[Number(text)] ?? '')))
  const joint = parsed.search === '' ? '?' : '&'

  return (values) => {
    const added = query.map(({ name, value }) => `${name}=${fillIn(value, values, forUrl)}`).join('&')
    const text = fillIn(path, values, forUrl) + (added === '' ? '' : joint + added)
    if (text.length > TARGET_BOUNDS.urlLength)
      return `filled in, it has more than ${TARGET_BOUNDS.urlLength} characters`
    const url = new URL(parsed.origin + text)
    return url.pathname + url.search === text
      ? url
      : 'filled in, it has a part that is only dots, which leads elsewhere'
  }
}

const unusedMark = (text: string): string => {
  let number = 0
  while (text.includes(`~${number}_`)) number++
  return `~${number}_`
}

const bodyOf = (body: HttpBody, read: Read): ((values: TemplateValues) => string) => {
  const field = 'target.body.content'
  switch (body.type) {
    case 'json': {
      const pieces = jsonPieces(body.content, field, read)
      return (values) => fillIn(pieces, values, forJson)
    }
    case 'xml': {
      const pieces = read(field, body.content)
      return (values) => fillIn(pieces, values, forXml)
    }
    case 'text': {
      const pieces = read(field, body.content)
      return (values) => fillIn(pieces, values)
    }
    case 'form': {
      const entries = body.content.map(({ name, value }, at) => ({
        name,
        pieces: read(`${field}[${at}].value`, value),
      }))
      return (values) =>
        new URLSearchParams(entries.map(({ name, pieces }) => [name, fillIn(pieces, values)])).toString()
    }
  }
}

/** Only string values are filled in: names, numbers and structure stay what they are. */
const jsonPieces = (value: unknown, field: string, read: Read): readonly Piece[] => {
  if (typeof value === 'string') {
    return ['"', ...read(field, value).map((piece) => (typeof piece === 'string' ? forJson(piece) : piece)), '"']
  }
  if (Array.isArray(value)) {
    const items = value.flatMap((item, at) => [at === 0 ? '' : ',', ...jsonPieces(item, `${field}[${at}]`, read)])
    return ['[', ...items, ']']
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).flatMap(([name, item], at) => [
      `${at === 0 ? '' : ','}${JSON.stringify(name)}:`,
      ...jsonPieces(item, `${field}.${name}`, read),
    ])
    return ['{', ...members, '}']
  }
  return [JSON.stringify(value) ?? 'null']
}
