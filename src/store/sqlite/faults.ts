/** An error inside a database thread as the value that crosses to the main thread. */
import { isAway, isDuplicate } from './connection.ts'
import type { Fault, Reply } from './messages.ts'

export const faultOf = (error: unknown): Fault => ({
  kind: isAway(error) ? 'away' : isDuplicate(error) ? 'duplicate' : 'bug',
  message: error instanceof Error ? error.message : String(error),
  stack: error instanceof Error ? (error.stack ?? '') : '',
})

export const failed = (number: number, error: unknown): Reply => ({ number, ok: false, fault: faultOf(error) })

/** Whatever the error is, it is the file's, not the request's. */
export const away = (number: number, error: unknown): Reply => ({
  number,
  ok: false,
  fault: { ...faultOf(error), kind: 'away' },
})
