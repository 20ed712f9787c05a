/** An instant to come, as people say it: after a while, or written out. */
import { readDuration } from '../duration.ts'
import { CommandFailure, usage } from '../exit-codes.ts'

export const readComing = async (option: string, text: string): Promise<string> => {
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return text
  const { systemClock } = await import('../../app.ts')
  try {
    return new Date(systemClock.now() + readDuration(option, text) * 1000).toISOString()
  } catch (cause) {
    if (cause instanceof CommandFailure) throw usage(option, text, 'write a time such as 30d, or an instant')
    throw cause
  }
}
