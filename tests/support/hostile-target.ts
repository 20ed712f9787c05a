/** An executor against a target that misbehaves as the test says: one raw server at a time. */
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import type { Outcome } from '../../src/domain/attempt.ts'
import type { HttpTarget } from '../../src/domain/target.ts'
import { httpExecutor, type TestExecutor } from './http-runner.ts'
import { anAssignment, aTarget, type RawServer, rawTarget } from './targets.ts'

export type HostileTarget = {
  readonly executor: TestExecutor
  /** Starts the server that does this with each request. */
  readonly serve: (onRequest: (socket: Socket, nth: number) => void) => Promise<RawServer>
  /** Starts such a server and calls it once. */
  readonly against: (onRequest: (socket: Socket, nth: number) => void, more?: Partial<HttpTarget>) => Promise<Outcome>
  readonly server: () => RawServer
  /** Resolves when the connection is gone on the target's side too. */
  readonly closed: (nth?: number) => Promise<void>
  /** After each test. */
  readonly reset: () => Promise<void>
}

export const hostileTarget = (): HostileTarget => {
  const executor = httpExecutor()
  let current: RawServer | null = null
  const server = (): RawServer => current ?? assert.fail('no server runs')
  const reset = async (): Promise<void> => {
    await current?.close()
    current = null
  }
  const serve: HostileTarget['serve'] = async (onRequest) => {
    await reset()
    current = await rawTarget(onRequest)
    return current
  }
  return {
    executor,
    serve,
    against: async (onRequest, more = {}) => {
      const { origin } = await serve(onRequest)
      return executor.execute(anAssignment(aTarget(origin, more)))
    },
    server,
    closed: async (nth = 0) => {
      const socket = server().sockets[nth] ?? assert.fail('no such connection')
      if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
    },
    reset,
  }
}

export const respond = (answer: string | Buffer) => (socket: Socket) => socket.write(answer)

export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** Writes for as long as the other side reads. */
export const flood = (socket: Socket, piece: string | Buffer): void => {
  const more = (): void => {
    let open = true
    while (open && !socket.destroyed) open = socket.write(piece)
  }
  socket.on('drain', more)
  more()
}
