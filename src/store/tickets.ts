/** What the use cases ask of the store about requests that a client may repeat: one ticket for each Idempotency-Key in use. */

/** The right to carry the request out: of two holders the later one has the higher fence, and only its write counts. */
export type Ticket = {
  readonly workspaceKey: number
  readonly actorId: string
  readonly keyHash: string
  readonly fence: number
}

export type TicketAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly sealedBody: string
}

export type TicketRow = Ticket & {
  readonly requestHash: string
  /** The ids of what the request makes follow from it, whoever carries it out. */
  readonly seed: string
  /** The process that carries it out; null: nobody does. */
  readonly heldBy: string | null
  readonly heldAt: number
  readonly createdAt: number
  readonly expiresAt: number
  /** Its write has happened, whether or not an answer is kept. */
  readonly isDone: boolean
  readonly answer: TicketAnswer | null
}

export type NewTicket = Pick<
  TicketRow,
  'workspaceKey' | 'actorId' | 'keyHash' | 'requestHash' | 'seed' | 'heldBy' | 'expiresAt'
> & { readonly now: number }

export type TicketStore = {
  /** Expired or not. */
  readonly find: (of: Omit<Ticket, 'fence'>) => Promise<TicketRow | null>
  /** Of the workspace, those that have not expired. */
  readonly count: (workspaceKey: number, now: number) => Promise<number>
  /**
   * Forgets an expired ticket of the same key, and some of the workspace's other expired ones. Null: the key has a ticket
   * that is not expired.
   */
  readonly take: (ticket: NewTicket) => Promise<TicketRow | null>
  /** The next holder, with a higher fence; null when somebody else was quicker. */
  readonly takeOver: (
    ticket: Ticket,
    by: { readonly heldBy: string; readonly now: number },
  ) => Promise<TicketRow | null>
  /** False when the ticket has passed to somebody else. */
  readonly answer: (ticket: Ticket, answer: TicketAnswer) => Promise<boolean>
  /** Nobody carries it out any more, without an answer: the next one who asks may at once. */
  readonly leave: (ticket: Ticket) => Promise<void>
  /** As if the request had never come. A ticket whose write has happened stays. */
  readonly drop: (ticket: Ticket) => Promise<void>
  /** Forgets tickets that expired before, oldest first, at most `limit`; answers how many. */
  readonly forgetExpired: (before: number, limit: number) => Promise<number>
}

/**
 * The first write of the work, and nothing without it, marks the ticket as done in the same transaction; it is undone when
 * the ticket has passed to somebody else. When the ticket was done before, the work may only read: a write rejects with
 * `idempotency.unanswered`.
 */
export type WithinTicket = <T>(ticket: Ticket & { readonly isDone: boolean }, work: () => Promise<T>) => Promise<T>
