/** Argon2id (RFC 9106) behind a bounded queue, kept as PHC strings. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { DomainError } from '../domain/errors.ts'

export type HashCost = { readonly memoryKiB: number; readonly passes: number; readonly lanes: number }

/** 64 MiB and 3 passes: about 0.3 s of one core. OWASP's minimum is 19 MiB and 2. */
export const HASH_COST: HashCost = { memoryKiB: 64 * 1024, passes: 3, lanes: 1 }

export type PasswordHash = {
  readonly hash: (password: string) => Promise<string>
  /** `phc` null: nobody has this name; costs the same time and is never right. `outdated`: kept with less than today's cost. */
  readonly verify: (
    password: string,
    phc: string | null,
  ) => Promise<{ readonly right: boolean; readonly outdated: boolean }>
}

const HASH_BYTES = 32
const LONGEST_QUEUE = 50
const argon2id = promisify(argon2)

/**
 * `atOnce`: each hash holds 64 MiB and one of libuv's four threads; two leave threads to everything else, so that a
 * flood of sign-ins delays sign-ins only.
 */
export const createPasswordHash = (cost: HashCost = HASH_COST, atOnce = 2): PasswordHash => {
  const turn = boundedTurns(atOnce, LONGEST_QUEUE)
  const nobody = { cost, salt: randomBytes(16), hash: randomBytes(HASH_BYTES) }

  return {
    hash: async (password) => {
      const salt = randomBytes(16)
      return phcOf(cost, salt, await turn(() => derive(password, salt, cost, HASH_BYTES)))
    },
    verify: async (password, phc) => {
      const kept = phc === null ? nobody : parsePhc(phc)
      const derived = await turn(() => derive(password, kept.salt, kept.cost, kept.hash.length))
      const right = timingSafeEqual(derived, kept.hash) && phc !== null
      return { right, outdated: kept.cost.memoryKiB < cost.memoryKiB || kept.cost.passes < cost.passes }
    },
  }
}

const derive = (password: string, salt: Buffer, cost: HashCost, tagLength: number): Promise<Buffer> =>
  argon2id('argon2id', {
    message: password,
    nonce: salt,
    parallelism: cost.lanes,
    tagLength,
    memory: cost.memoryKiB,
    passes: cost.passes,
  })

const phcOf = (cost: HashCost, salt: Buffer, hash: Buffer): string =>
  `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=${cost.lanes}$${base64(salt)}$${base64(hash)}`

// PHC strings carry no padding.
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

const PHC = /^\$argon2id\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

const parsePhc = (phc: string): { cost: HashCost; salt: Buffer; hash: Buffer } => {
  const [, memory, passes, lanes, salt, hash] = PHC.exec(phc) ?? []
  if (salt === undefined || hash === undefined) throw new Error('A stored password hash is not an argon2id PHC string.')
  return {
    cost: { memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

/** At most `atOnce` pieces of work run, at most `queued` wait; the next one is refused at once. */
const boundedTurns = (atOnce: number, queued: number) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running++
    else if (waiting.length < queued) await new Promise<void>((resolve) => waiting.push(resolve))
    else
      throw new DomainError('rate_limited', 'Too many people are signing in at once; try again shortly.', {
        retryAfter: 5,
      })
    try {
      return await work()
    } finally {
      // The turn passes straight on, so that nobody can step in between.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
