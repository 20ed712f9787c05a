/** Seals every stored secret anew under the present key, in small steps and while the server runs; what is left can be told at any time. */
import type { Place, Secrets } from '../auth/secrets.ts'
import { withSealed } from '../auth/target-secrets.ts'
import type { Target } from '../domain/target.ts'
import type { SealedStore, SealedText } from '../store/store.ts'

export type RotationReport = {
  /** Texts that were sealed anew. */
  readonly resealed: number
  /** Texts still sealed with a former key: somebody saved them meanwhile. */
  readonly left: number
  /** Texts that no known key opens, by place and key of the row. */
  readonly unreadable: readonly string[]
}

export type RotationProgress = { readonly place: string; readonly seen: number; readonly resealed: number }

export type Rotation = {
  /** Safe to break off and to begin again: what is sealed anew stays so, and is passed over. */
  readonly rotate: (onProgress: (progress: RotationProgress) => void) => Promise<RotationReport>
  /** Changes nothing. */
  readonly look: () => Promise<Pick<RotationReport, 'left' | 'unreadable'>>
}

/** Texts written in one transaction. */
const PAGE = 100
/** A server that saves while we write wins; it seals with the present key, so a second walk finds next to nothing. */
const MOST_WALKS = 3

export const createRotation = ({ sealed, secrets }: { sealed: SealedStore; secrets: Secrets }): Rotation => {
  const walk = async (visit: (page: readonly SealedText[]) => Promise<void>): Promise<void> => {
    for (const place of sealed.places) {
      for (let after: string | null = null; ; ) {
        const page: readonly SealedText[] = await sealed.page(place, after, PAGE)
        await visit(page)
        after = page.at(-1)?.key ?? null
        if (page.length < PAGE) break
      }
    }
  }

  const look: Rotation['look'] = async () => {
    let left = 0
    const unreadable: string[] = []
    await walk(async (page) => {
      for (const text of page) {
        const to = resealed(secrets, text)
        if (to === null) unreadable.push(nameOf(text))
        else if (to !== text.text) left += 1
      }
    })
    return { left, unreadable }
  }

  return {
    look,
    rotate: async (onProgress) => {
      let total = 0
      for (let walks = 0; ; walks++) {
        let seen = 0
        await walk(async (page) => {
          const changed = page.flatMap((text) => {
            const to = resealed(secrets, text)
            return to === null || to === text.text ? [] : [{ place: text.place, key: text.key, from: text.text, to }]
          })
          total += await sealed.replace(changed)
          seen += page.length
          const place = page[0]?.place
          if (place !== undefined) onProgress({ place, seen, resealed: total })
        })
        const after = await look()
        if (after.left === 0 || walks + 1 >= MOST_WALKS) return { resealed: total, ...after }
      }
    },
  }
}

const nameOf = ({ place, key, owner }: SealedText): string => `${place}: ${owner === 'server' ? key : owner}`

/** The same text under the present key; itself when it is so already; null when something in it cannot be opened. */
const resealed = (secrets: Secrets, { form, text, workspaceKey, owner }: SealedText): string | null => {
  let changed = false
  const again = (old: string, field: string): string => {
    if (secrets.isCurrent(old)) return old
    const place = { workspaceKey, owner, field }
    const plain = opened(secrets, old, place)
    if (plain === null) throw new Unreadable()
    changed = true
    return secrets.seal(plain, place)
  }
  try {
    if (form.kind === 'text') return again(text, form.field)
    const target = withSealed(JSON.parse(text) as Target, ({ sealed }, field) => ({ sealed: again(sealed, field) }))
    // Texts in which nothing changed stay byte for byte what they are.
    return changed ? JSON.stringify(target) : text
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

class Unreadable extends Error {}

const opened = (secrets: Secrets, sealed: string, place: Place): string | null => {
  try {
    return secrets.open(sealed, place)
  } catch {
    return null
  }
}
