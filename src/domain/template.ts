/** Template variables: a few allow-listed names in double braces, put in once, each value escaped for where it stands. */

/** What the variables of one attempt stand for. */
export type TemplateValues = {
  readonly jobId: string
  readonly jobName: string
  readonly executionId: string
  /** RFC 3339. */
  readonly scheduledFor: string
  readonly attempt: number
  readonly trigger: string
  readonly metadata: Readonly<Record<string, string>>
}

type Fixed = keyof typeof FIXED

/** A text is a list of these: what stands there as it is, and what is put in. */
export type Piece = string | { readonly variable: Fixed } | { readonly metadata: string }

const FIXED = {
  'job.id': ({ jobId }: TemplateValues) => jobId,
  'job.name': ({ jobName }: TemplateValues) => jobName,
  'execution.id': ({ executionId }: TemplateValues) => executionId,
  scheduled_for: ({ scheduledFor }: TemplateValues) => scheduledFor,
  attempt: ({ attempt }: TemplateValues) => String(attempt),
  trigger: ({ trigger }: TemplateValues) => trigger,
} as const

export const VARIABLE_NAMES: readonly string[] = [...Object.keys(FIXED), 'metadata.KEY']

/** Nothing may nest, so that each text is read once, from left to right, in time that grows with its length alone. */
const BRACES = /\{\{([^{}]*)\}\}/g
/** What was surely meant as one of ours. */
const OURS = /^(?:job|execution|metadata)\./

/** Other text in double braces stays as it is; `unknown` are names of ours that do not exist. */
export const parseTemplate = (text: string): { readonly pieces: readonly Piece[]; readonly unknown: string[] } => {
  if (!text.includes('{{')) return { pieces: [text], unknown: [] }
  const pieces: Piece[] = []
  const unknown: string[] = []
  let end = 0
  for (const match of text.matchAll(BRACES)) {
    const name = (match[1] ?? '').trim()
    const piece = pieceFor(name)
    if (piece === null) {
      if (OURS.test(name)) unknown.push(name)
      continue
    }
    if (match.index > end) pieces.push(text.slice(end, match.index))
    pieces.push(piece)
    end = match.index + match[0].length
  }
  if (end < text.length || pieces.length === 0) pieces.push(text.slice(end))
  return { pieces, unknown }
}

const pieceFor = (name: string): Piece | null => {
  if (Object.hasOwn(FIXED, name)) return { variable: name as Fixed }
  return name.startsWith('metadata.') && name.length > 'metadata.'.length
    ? { metadata: name.slice('metadata.'.length) }
    : null
}

export const isFilledIn = (pieces: readonly Piece[]): boolean => pieces.some((piece) => typeof piece !== 'string')

export const metadataKeysIn = (pieces: readonly Piece[]): readonly string[] =>
  pieces.flatMap((piece) => (typeof piece === 'object' && 'metadata' in piece ? [piece.metadata] : []))

/** What a value becomes is never read again: braces in it are text. */
export const fillIn = (
  pieces: readonly Piece[],
  values: TemplateValues,
  escaped: (value: string) => string = asItIs,
): string => {
  let text = ''
  for (const piece of pieces) text += typeof piece === 'string' ? piece : escaped(valueFor(piece, values))
  return text
}

const valueFor = (piece: Exclude<Piece, string>, values: TemplateValues): string => {
  if ('variable' in piece) return FIXED[piece.variable](values)
  return Object.hasOwn(values.metadata, piece.metadata) ? (values.metadata[piece.metadata] ?? '') : ''
}

const asItIs = (value: string): string => value

/** For one part of a path, one value of a query or of a form: nothing but letters, digits and `-._~` stays (RFC 3986, 2.3). */
export const forUrl = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** Between the quotes of a JSON string. */
export const forJson = (value: string): string => JSON.stringify(value).slice(1, -1)

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // As they are they would become spaces inside an attribute.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** As text or inside an attribute; what XML 1.0 knows no way to write becomes U+FFFD. */
export const forXml = (value: string): string =>
  value
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot carry
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? '')

/** Visible ASCII and spaces stay; all else, and the percent sign that marks it, is percent-encoded: no line can be broken. */
export const forHeader = (value: string): string =>
  value.toWellFormed().replace(/[^\u0020-\u0024\u0026-\u007e]+/g, (text) => encodeURIComponent(text))
