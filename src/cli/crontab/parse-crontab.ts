/** The lines of a crontab: what runs when, in whose name and zone, and what the comments above say of it. */

export type CrontabEntry = {
  readonly line: number
  /** Five fields, or a word such as `@daily`. */
  readonly expression: string
  /** Of `CRON_TZ` or `TZ`; null: that of the machine. */
  readonly zone: string | null
  /** Of a system crontab. */
  readonly user: string | null
  readonly command: string
  /** What comes after the first `%`: given to the command on its standard input. */
  readonly input: string | null
  readonly comment: readonly string[]
  readonly variables: ReadonlyMap<string, string>
}

/** A line that no job can be made of, and why. */
export type Unreadable = { readonly line: number; readonly text: string; readonly problem: string }

export const isReadable = (entry: CrontabEntry | Unreadable): entry is CrontabEntry => 'expression' in entry

const ASSIGNMENT = /^\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z_]\w*))\s*=\s*(.*?)\s*$/
const MACRO = /^(@[a-z]+)(?:\s+(.*))?$/i
const FIELDS = /^(\S+\s+\S+\s+\S+\s+\S+\s+\S+)(?:\s+(.*))?$/

/** `hasUsers`: a system crontab, with a user name before each command. */
export const parseCrontab = (text: string, hasUsers: boolean): readonly (CrontabEntry | Unreadable)[] => {
  const entries: (CrontabEntry | Unreadable)[] = []
  const variables = new Map<string, string>()
  let comment: string[] = []
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = raw.trim()
    if (content === '') comment = []
    else if (content.startsWith('#')) comment.push(content.replace(/^#+\s*/, ''))
    else {
      const [assigned, quoted, single, name, value] = ASSIGNMENT.exec(content) ?? []
      if (assigned !== undefined) variables.set(quoted ?? single ?? name ?? '', unquoted(value ?? ''))
      else entries.push(entryOf(content, { line: index + 1, hasUsers, comment, variables: new Map(variables) }))
      comment = []
    }
  }
  return entries
}

type Around = Pick<CrontabEntry, 'line' | 'comment' | 'variables'> & { readonly hasUsers: boolean }

const entryOf = (content: string, { line, hasUsers, comment, variables }: Around): CrontabEntry | Unreadable => {
  const unreadable = (problem: string): Unreadable => ({ line, text: content, problem })
  const [, expression, rest] = (content.startsWith('@') ? MACRO : FIELDS).exec(content) ?? []
  if (expression === undefined) return unreadable('it is neither five fields and a command nor a comment nor a setting')
  if (/^@reboot$/i.test(expression))
    return unreadable('@reboot has no instant: start the program with the machine, for example as a service')
  const [user = null, ...words] = hasUsers ? splitOnce(rest ?? '') : [null, rest ?? '']
  const whole = words.join('').trim()
  if (whole === '') return unreadable(hasUsers ? 'a user name and a command are missing' : 'the command is missing')
  const { command, input } = atPercent(whole)
  const zone = variables.get('CRON_TZ') ?? variables.get('TZ') ?? null
  const fields = expression.replace(/\s+/g, ' ')
  return { line, expression: fields, zone, user, command, input, comment, variables }
}

const splitOnce = (text: string): readonly string[] => {
  const [, first = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(text) ?? []
  return [first, rest]
}

/** cron turns `\%` into `%`; the first bare one ends the command, each later one ends a line of its input. */
const atPercent = (text: string): { command: string; input: string | null } => {
  const parts: string[] = []
  let part = ''
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\' && text[at + 1] === '%') {
      part += '%'
      at += 1
    } else if (text[at] === '%') {
      parts.push(part)
      part = ''
    } else part += text[at]
  }
  const [command = '', ...input] = [...parts, part]
  return { command: command.trim(), input: input.length === 0 ? null : input.join('\n') }
}

const unquoted = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text
