/** Requests that a client may repeat under one Idempotency-Key: carried out once, and answered the same each time. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Place } from '../auth/secrets.ts'
import type { Actor } from '../domain/actor.ts'
import { DomainError } from '../domain/errors.ts'
import { idFrom } from '../domain/ids.ts'
import type { TicketRow } from '../store/store.ts'
import type { Deps } from './deps.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request that is to be carried out, for the first time or because its first answer was lost. */
export type Errand = {
  /** It took effect before: what is done now may only read. */
  readonly isDone: boolean
  /** The same id at every try, for the thing that the request makes. */
  readonly idFor: (name: string) => string
  /** `resumable` work may be done again as a whole; all other work writes once, together with the note that it did. */
  readonly carryOut: <T>(resumable: boolean, work: () => Promise<T>) => Promise<T>
  readonly answered: (answer: Answer) => Promise<void>
  /** `harmless`: nothing was done, so a corrected request may come under the same key. */
  readonly failed: (harmless: boolean) => Promise<void>
}

export type Asked = {
  /** As the client made it up. */
  readonly key: string
  readonly method: string
  /** With its query. */
  readonly path: string
  /** Of the body as it came, and of whatever else makes it another request. */
  readonly digest: string
}

export type Repeats = {
  /** idempotency.conflict, idempotency.under_way, rate_limited */
  readonly begin: (actor: Actor, asked: Asked) => Promise<{ readonly replay: Answer } | { readonly errand: Errand }>
}

const REMEMBERED_MS = 24 * 3600 * 1000
/** S92: of one workspace. */
const MOST_REMEMBERED = 100_000
/** Counting so many takes some milliseconds of the reader; in between what comes is added. */
const COUNTED_EVERY_MS = 5000
const MOST_COUNTED = 10_000
/** A larger answer is not kept; a repeat is then answered by reading. */
const LONGEST_KEPT_ANSWER = 256 * 1024
/** The longest request is answered within two minutes, or it never is. */
const OWN_PATIENCE_MS = 125_000
/** Another process may have died: taking over from one that lives does no harm, since its write is then undone, or finds the same ids. */
const FOREIGN_PATIENCE_MS = 3000
const QUOTA_RETRY_SECONDS = 60

export const createRepeats = ({ store, clock, auth, log }: Deps): Repeats => {
  const { tickets } = store
  const thisProcess = randomUUID()

  const counts = new Map<number, { readonly at: number; tickets: number }>()

  const checkRoom = async (workspaceKey: number, now: number): Promise<void> => {
    const at = clock.monotonic()
    let known = counts.get(workspaceKey)
    if (known === undefined || at - known.at >= COUNTED_EVERY_MS) {
      known = { at, tickets: await tickets.count(workspaceKey, now) }
      if (counts.size >= MOST_COUNTED) counts.clear()
      counts.set(workspaceKey, known)
    }
    if (known.tickets >= MOST_REMEMBERED) throw tooManyKeys()
    known.tickets += 1
  }

  const take = async (actor: Actor, asked: Asked): Promise<TicketRow> => {
    const now = clock.now()
    const place = { workspaceKey: actor.workspaceKey, actorId: actorIdOf(actor), keyHash: sha256(asked.key) }
    const requestHash = sha256(JSON.stringify([asked.method, asked.path, asked.digest]))
    const fresh = {
      ...place,
      requestHash,
      seed: randomBytes(16).toString('hex'),
      heldBy: thisProcess,
      expiresAt: now + REMEMBERED_MS,
      now,
    }
    // Whoever loses a race for the key finds the winner's ticket at the next look.
    for (let looks = 0; looks < 3; looks++) {
      const known = await tickets.find(place)
      if (known === null || known.expiresAt <= now) {
        await checkRoom(actor.workspaceKey, now)
        const taken = await tickets.take(fresh)
        if (taken !== null) return taken
        continue
      }
      if (known.requestHash !== requestHash) throw otherRequest()
      if (known.answer !== null) return known
      const wait = waitFor(known, now)
      if (wait > 0) throw underWay(wait)
      const taken = await tickets.takeOver(known, { heldBy: thisProcess, now })
      if (taken !== null) return taken
    }
    throw underWay(1000)
  }

  const waitFor = ({ heldBy, heldAt }: TicketRow, now: number): number => {
    if (heldBy === null) return 0
    const patience = heldBy === thisProcess ? OWN_PATIENCE_MS : FOREIGN_PATIENCE_MS
    return Math.min(patience, heldAt + patience - now)
  }

  const errandOf = (ticket: TicketRow): Errand => ({
    isDone: ticket.isDone,
    idFor: (name) => idFrom(ticket.seed, name, ticket.createdAt),
    carryOut: (resumable, work) => (resumable ? work() : store.withinTicket(ticket, work)),
    answered: async ({ status, headers, body }) => {
      if (Buffer.byteLength(body) > LONGEST_KEPT_ANSWER) return tickets.leave(ticket)
      // Sealed, since an answer may hold what is shown only once.
      await tickets.answer(ticket, { status, headers, sealedBody: auth.secrets.seal(body, placeOf(ticket)) })
    },
    failed: (harmless) => (harmless ? tickets.drop(ticket) : tickets.leave(ticket)),
  })

  return {
    begin: async (actor, asked) => {
      const ticket = await take(actor, asked)
      if (ticket.answer === null) return { errand: errandOf(ticket) }
      const { status, headers, sealedBody } = ticket.answer
      try {
        return { replay: { status, headers, body: auth.secrets.open(sealedBody, placeOf(ticket)) } }
      } catch (error) {
        log.warn('a kept answer cannot be opened', { error })
        return { errand: errandOf({ ...ticket, isDone: true }) }
      }
    },
  }
}

/** A program with a key and its owner make up their Idempotency-Keys without knowing of each other. */
const actorIdOf = (actor: Actor): string =>
  actor.kind === 'key' ? actor.keyId : actor.kind === 'user' ? actor.userId : 'system'

const placeOf = ({ workspaceKey, actorId, keyHash }: TicketRow): Place => ({
  workspaceKey,
  owner: actorId,
  field: `ticket.${keyHash}`,
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const otherRequest = (): DomainError =>
  new DomainError('idempotency.conflict', 'This `Idempotency-Key` came before with another request; make up a new one.')

const underWay = (waitMs: number): DomainError =>
  new DomainError('idempotency.under_way', 'The first request with this `Idempotency-Key` is still under way.', {
    retryAfter: Math.max(1, Math.ceil(waitMs > FOREIGN_PATIENCE_MS ? 1 : waitMs / 1000)),
  })

const tooManyKeys = (): DomainError =>
  new DomainError(
    'rate_limited',
    `The workspace has used ${MOST_REMEMBERED} Idempotency-Keys within a day; send the request without one, or wait.`,
    { retryAfter: QUOTA_RETRY_SECONDS },
  )
