/** The log: one JSON line for each event, without secrets, bounded, and harmless to a terminal. */
import pino from 'pino'
import { escapeUnprintable, presentable, redactText } from './redact.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** `log.warn('lease lost', { execution_id })`: a fixed sentence first, so that events can be counted; what varies goes into fields. */
export type Log = {
  readonly debug: (message: string, fields?: LogFields) => void
  readonly info: (message: string, fields?: LogFields) => void
  readonly warn: (message: string, fields?: LogFields) => void
  readonly error: (message: string, fields?: LogFields) => void
  /** The same log with fields that every line carries. */
  readonly with: (fields: LogFields) => Log
}

/** An `Error` under any name is written with its message, stack and causes. */
export type LogFields = Readonly<Record<string, unknown>>

/** What a line may weigh, names and punctuation included: 8 KiB less the room that level, time and message take. */
const FIELDS_BYTES = 6 * 1024
const MESSAGE_BYTES = 1024

export const createLog = (options: {
  readonly level: LogLevel
  /** Takes whole lines; default is standard output. */
  readonly stream?: { readonly write: (line: string) => void }
}): Log => {
  const stream = options.stream ?? pino.destination({ fd: 1, sync: true })
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void stream.write(escapeUnprintable(line)) },
  )
  return fromPino(logger, {})
}

// Level, time and msg are the log's own; a field of that name would make the line say two things.
const OWN = new Set(['level', 'time', 'msg'])

const fromPino = (logger: pino.Logger, always: LogFields): Log => {
  const writer = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) => {
    if (!logger.isLevelEnabled(level)) return
    const safe = presentable({ ...always, ...fields }, FIELDS_BYTES) as Record<string, unknown>
    for (const name of Object.keys(safe)) {
      if (!OWN.has(name)) continue
      safe[`field_${name}`] = safe[name]
      delete safe[name]
    }
    logger[level](safe, presentable(redactText(message), MESSAGE_BYTES) as string)
  }
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    with: (fields) => fromPino(logger, { ...always, ...fields }),
  }
}
