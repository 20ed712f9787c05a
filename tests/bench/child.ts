/** Processes of the bench: started with options, asked by name, ended with the bench. */
import { fork } from 'node:child_process'
import { once } from 'node:events'

export type Child = {
  readonly pid: number
  readonly ask: <Answer>(question: string, more?: unknown) => Promise<Answer>
  readonly stop: () => Promise<void>
}

type Question = { readonly number: number; readonly question: string; readonly more: unknown }
type Reply = { readonly number: number; readonly answer?: unknown; readonly error?: string }

/** Resolves when the child serves: it has called `serveParent`. */
export const startChild = async (file: string, options: unknown): Promise<Child> => {
  const process = fork(new URL(file, import.meta.url), [JSON.stringify(options)], { stdio: ['ignore', 2, 2, 'ipc'] })
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>()
  let asked = 0

  const ended = once(process, 'exit').then(([code, signal]) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${signal ?? code}`))
    waiting.clear()
  })
  process.on('message', (reply: Reply) => {
    const asker = waiting.get(reply.number)
    waiting.delete(reply.number)
    if (reply.error === undefined) asker?.resolve(reply.answer)
    else asker?.reject(new Error(`${file}: ${reply.error}`))
  })
  const awaitReply = (number: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.set(number, { resolve, reject })
    })

  await awaitReply(READY)
  return {
    pid: process.pid ?? 0,
    ask: async <Answer>(question: string, more: unknown = null) => {
      asked += 1
      const reply = awaitReply(asked)
      process.send({ number: asked, question, more } satisfies Question)
      return (await reply) as Answer
    },
    stop: async () => {
      if (process.connected) process.disconnect()
      await ended
    },
  }
}

const READY = 0

/** The child's side. When the parent lets go or dies, `close` runs and the process ends. */
export const serveParent = (
  answers: Readonly<Record<string, (more: never) => unknown>>,
  close: () => Promise<void> | void,
): void => {
  const tell = (reply: Reply) => process.send?.(reply)
  process.on('message', async ({ number, question, more }: Question) => {
    try {
      const answer = answers[question]
      if (answer === undefined) throw new Error(`no answer to ${question}`)
      tell({ number, answer: await answer(more as never) })
    } catch (error) {
      tell({ number, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.once('disconnect', async () => {
    await close()
    process.exit(0)
  })
  tell({ number: READY })
}

/** The options that this process was started with. */
export const optionsOf = <Options>(): Options => JSON.parse(process.argv[2] ?? 'null') as Options
