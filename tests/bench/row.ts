/** One line of the bench's table: a figure, what it stands beside, and the goals it is held against. */

export type Row = {
  /** `G1`; empty for a figure that has no goal. */
  readonly goal: string
  readonly what: string
  readonly ours: string
  /** The limit or the peer, measured in the same run. */
  readonly limit: string
  /** What is held against `must` and `aim`: mostly ours beside the limit. Null: not measured, or nothing to hold it against. */
  readonly ratio: number | null
  readonly must: number | null
  readonly aim: number | null
  /** Whether goals are lower or upper bounds; `least` unless said. */
  readonly bound?: 'least' | 'most'
  /** CPU used by other work meanwhile, in cores: above 0.25 a figure is not to be quoted. */
  readonly foreign?: number
}

export type Verdict = 'aim met' | 'must met' | 'MISSED' | ''

export const verdictOf = ({ ratio, must, aim, bound }: Row): Verdict => {
  if (ratio === null) return ''
  const meets = (goal: number) => (bound === 'most' ? ratio <= goal : ratio >= goal)
  if (aim !== null && meets(aim)) return 'aim met'
  if (must !== null) return meets(must) ? 'must met' : 'MISSED'
  return ''
}
