/** Many requests, one transaction: the disk is asked to be sure once for all of them, and none is answered before it is. */
import type { DatabaseSync } from 'node:sqlite'
import { distrustsConnection } from './connection.ts'
import { failed } from './faults.ts'
import type { Reply, Request } from './messages.ts'
import { type Operations, Undone } from './operations.ts'

export type GroupResult = {
  readonly replies: Reply[]
  /** What broke the transaction as a whole, if anything did. */
  readonly cause: unknown
}

/**
 * Runs the requests in one `begin immediate … commit`, each under its own savepoint, so that one that fails is undone alone.
 * When the transaction as a whole fails, every request of it is refused, since none of them has happened.
 */
export const runGroup = (db: DatabaseSync, operations: Operations, requests: readonly Request[]): GroupResult => {
  try {
    db.exec('begin immediate')
    const replies =
      requests.length === 1 ? [runAlone(operations, requests[0] as Request)] : runEach(db, operations, requests)
    db.exec('commit')
    return { replies, cause: null }
  } catch (error) {
    rollBack(db)
    if (error instanceof AloneFailed) return { replies: [error.reply], cause: error.cause }
    return { replies: requests.map(({ number }) => failed(number, error)), cause: error }
  }
}

// A savepoint keeps a copy of every page changed in it: a request with no company needs none.
const runAlone = (operations: Operations, request: Request): Reply => {
  try {
    return { number: request.number, ok: true, value: run(operations, request) }
  } catch (error) {
    throw new AloneFailed(refusal(request.number, error), error)
  }
}

class AloneFailed extends Error {
  readonly reply: Reply
  constructor(reply: Reply, cause: unknown) {
    super('The only request of its group failed.', { cause })
    this.reply = reply
  }
}

const runEach = (db: DatabaseSync, operations: Operations, requests: readonly Request[]): Reply[] =>
  requests.map((request) => {
    db.exec('savepoint request')
    try {
      const value = run(operations, request)
      db.exec('release request')
      return { number: request.number, ok: true, value }
    } catch (error) {
      // A full or broken disk makes SQLite undo the whole transaction: then there is nothing left to go on with.
      if (!db.isTransaction || distrustsConnection(error)) throw error
      db.exec('rollback to request; release request')
      return refusal(request.number, error)
    }
  })

const run = (operations: Operations, request: Request): unknown => {
  const operation = operations[request.operation as keyof Operations] as (argument: unknown) => unknown
  return operation(request.argument)
}

const refusal = (number: number, error: unknown): Reply =>
  error instanceof Undone ? { number, ok: true, value: null } : failed(number, error)

const rollBack = (db: DatabaseSync): void => {
  if (db.isTransaction) db.exec('rollback')
}
