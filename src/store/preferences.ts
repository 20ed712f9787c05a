/** What the store keeps of the preferences of users. */

export type PreferenceKind = 'notices' | 'ui'

export type PreferenceRow = {
  readonly value: Readonly<Record<string, unknown>>
  readonly createdAt: number
  readonly updatedAt: number
}

export type PreferenceStore = {
  /** Null: the user never said. */
  readonly get: (userId: string, kind: PreferenceKind) => Promise<PreferenceRow | null>
  /** The last writer wins; nothing is kept of a user who is gone. */
  readonly set: (
    userId: string,
    kind: PreferenceKind,
    value: Readonly<Record<string, unknown>>,
    now: number,
  ) => Promise<void>
}
