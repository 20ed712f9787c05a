/** Which messages go out: users decide at their own address, a disabled one hears nothing, others get what jobs say. Pure. */
import { NOTICE_SWITCHES, switched } from '../domain/preferences.ts'
import type { Addressee } from '../store/store.ts'
import type { Post, Told } from './rules.ts'
import { isMailed } from './wishes.ts'

export type Numbered = { readonly told: Told; readonly eventNumber: number | null }

/** Whom to ask the store for, each once, for all that is told together. */
export const addressedBy = (
  all: readonly Numbered[],
): { readonly addresses: readonly string[]; readonly ids: readonly string[] } => ({
  addresses: [
    ...new Set(
      all.flatMap(({ told }) =>
        told.posts.filter(({ channel }) => channel === 'email').map(({ recipient }) => recipient),
      ),
    ),
  ],
  ids: [...new Set(all.flatMap(({ told }) => told.toOwner?.userId ?? []))],
})

/** `users` may hold more than this asks for. */
export const mailed = ({ posts, toOwner }: Told, users: readonly Addressee[]): readonly Post[] => {
  const userAt = (recipient: string) => users.find(({ address }) => address === addressKey(recipient))
  const wanted = posts.filter(({ channel, recipient, facts }) => {
    const user = channel === 'email' ? userAt(recipient) : undefined
    return user === undefined || (user.isEnabled && isMailed(facts.kind, wishesOf(user)))
  })
  const owner = users.find(({ id }) => id === toOwner?.userId)
  if (toOwner === null || owner === undefined || !owner.isEnabled || !wishesOf(owner).emailOnDisabled) return wanted
  const hasIt = wanted.some(({ channel, recipient }) => channel === 'email' && addressKey(recipient) === owner.address)
  return hasIt ? wanted : [...wanted, { channel: 'email', recipient: owner.email, facts: toOwner.facts }]
}

const wishesOf = ({ wishes }: Addressee) => switched(NOTICE_SWITCHES, wishes)
/** As the store compares addresses. */
export const addressKey = (address: string): string => address.normalize('NFC').toLowerCase()
