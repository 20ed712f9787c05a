/** What keeps a database small, and tells how large it is. */

export type Sizes = {
  /** Bytes of the database, of what is free inside of it, and of its log. */
  readonly database: number
  readonly free: number
  readonly log: number
}

/** Something that grows and may be forgotten by age. */
export type Forgetter = {
  readonly name: string
  /** Forgets some of what is too old at `now`; answers how many. Called again until it answers 0. */
  readonly forget: (now: number) => Promise<number>
}

export type Maintenance = {
  readonly sizes: () => Promise<Sizes>
  /** Number of the newest migration that was applied. */
  readonly schema: () => Promise<number>
  readonly forgetters: readonly Forgetter[]
  /** Gives some of the free space back to the file system, where much is free; true when there is more to give. */
  readonly shrink: () => Promise<boolean>
  /** A round is over: lets go of what only upkeep needs. */
  readonly rest: () => Promise<void>
}
