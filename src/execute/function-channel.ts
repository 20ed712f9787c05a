/** One JSON value a line, over a stream: how the server and the process of a function speak. */
import type { Duplex } from 'node:stream'

/** Far above what either side says; more is no message of ours. */
const LONGEST_LINE = 4 * 1024 * 1024

export type Channel<Out> = { readonly say: (message: Out) => void }

/** `onBroken` hears once of what is no message, instead of anything that follows; of a stream that ended nothing is said here. */
export const openChannel = <In, Out>(
  stream: Duplex,
  hear: (message: In) => void,
  onBroken: () => void,
): Channel<Out> => {
  let rest = ''
  let broken = false

  const giveUp = (): void => {
    broken = true
    rest = ''
    onBroken()
  }

  const take = (line: string): void => {
    const message = parsed<In>(line)
    if (message === undefined) giveUp()
    else hear(message)
  }

  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    if (broken) return
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (!broken) take(line)
    if (rest.length > LONGEST_LINE && !broken) giveUp()
  })
  // The other side is gone; whoever waits for it learns that from its end.
  stream.on('error', () => {})
  return { say: (message) => void stream.write(`${JSON.stringify(message)}\n`) }
}

/** JSON has no undefined. */
const parsed = <In>(line: string): In | undefined => {
  try {
    return JSON.parse(line) as In
  } catch {
    return undefined
  }
}
