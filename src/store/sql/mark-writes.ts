/** Ties a request's write to its ticket: both are kept or neither is, whatever use case writes and however. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { DomainError } from '../../domain/errors.ts'
import type { Ticket, WithinTicket } from '../tickets.ts'
import { markDone } from './tickets.ts'
import type { Access, Append, Statement, StatementResult } from './unit.ts'

type Work = {
  readonly ticket: Ticket
  /** Before: it may only read. Open: the next write carries the mark. Carried: all further ones are free. */
  state: 'before' | 'open' | 'carried'
  /** Writes of one request that come at once take turns until one has carried the mark. */
  turn: Promise<unknown>
}

export const markWrites = (plain: Access): { readonly access: Access; readonly withinTicket: WithinTicket } => {
  const works = new AsyncLocalStorage<Work>()

  const writeMarked = async (
    work: Work,
    unit: readonly (Statement | Append)[],
  ): Promise<readonly StatementResult[] | null> => {
    const before = work.turn
    const { promise, resolve } = Promise.withResolvers<void>()
    work.turn = promise
    try {
      await before
      if (work.state === 'carried') return await plain.write(unit)
      const results = await plain.write([{ ...markDone(plain.read, work.ticket), silent: true }, ...unit])
      if (results === null) {
        await checkHeld(plain, work.ticket)
        return null
      }
      work.state = 'carried'
      return results.slice(1)
    } finally {
      resolve()
    }
  }

  return {
    access: {
      ...plain,
      write: (unit) => {
        const work = works.getStore()
        if (work === undefined || work.state === 'carried') return plain.write(unit)
        if (work.state === 'before') return Promise.reject(unanswered())
        return writeMarked(work, unit)
      },
    },
    withinTicket: async (ticket, work) => {
      const carrying: Work = { ticket, state: ticket.isDone ? 'before' : 'open', turn: Promise.resolve() }
      try {
        return await works.run(carrying, work)
      } finally {
        // What the work woke up may go on in its name: that is no longer the request.
        carrying.state = 'carried'
      }
    },
  }
}

/** The unit was undone for a reason of its own, or because the ticket has passed on: then trying again is useless. */
const checkHeld = async ({ read }: Access, { workspaceKey, actorId, keyHash, fence }: Ticket): Promise<void> => {
  const row = await read
    .selectFrom('ticket')
    .select(['fence', 'done'])
    .where('workspace_key', '=', workspaceKey)
    .where('actor_id', '=', actorId)
    .where('key_hash', '=', keyHash)
    .executeTakeFirst()
  if (row?.fence !== fence || row.done === 1) throw unanswered()
}

const unanswered = (): DomainError =>
  new DomainError(
    'idempotency.unanswered',
    'This request has taken effect before, but its answer was lost; read the thing to see how it is now.',
  )
