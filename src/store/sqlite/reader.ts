/** The reader's thread: one query at a time on a connection that cannot write. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Statement } from '../sql/unit.ts'
import { openReadable } from './connection.ts'
import { failed } from './faults.ts'
import type { FromThread, Reply, Request } from './messages.ts'
import { statementCache } from './statement-cache.ts'

export type ReaderData = { readonly path: string }

const port = parentPort
if (port === null) throw new Error('The reader runs in a thread of its own.')

const say = (message: FromThread): void => port.postMessage(message)

try {
  const db = openReadable((workerData as ReaderData).path)
  const statements = statementCache(db)

  const answer = ({ number, argument }: Request): Reply => {
    try {
      return { number, ok: true, value: statements.run(argument as Statement).rows }
    } catch (error) {
      return failed(number, error)
    }
  }

  port.on('message', (request: Request) => {
    if (request.operation !== 'close') return say({ replies: [answer(request)] })
    db.close()
    say({ replies: [{ number: request.number, ok: true, value: null }] })
    port.close()
  })
  say({ ready: true })
} catch (error) {
  say({ ready: false, message: error instanceof Error ? error.message : String(error) })
  port.close()
}
