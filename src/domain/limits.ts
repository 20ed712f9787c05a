/** Limits: how many executions of some kind may run at once, and how many may start per time. */
import type { PolicyChoices } from './policies.ts'
import type { Rate } from './rate.ts'
import type { Target } from './target.ts'

/** `shared`: of all jobs that name it. `host`: of all that call the host. `workspace`: of all. `job`: of one, by its policies. */
export const LIMIT_KINDS = ['shared', 'host', 'workspace', 'job'] as const
export type LimitKind = (typeof LIMIT_KINDS)[number]

/** What one limit allows; null is no bound. */
export type Allowance = { readonly concurrency: number | null; readonly rate: Rate | null }

/** As people call it: `database`, `host:api.example.com`, `workspace`. */
export type LimitName = { readonly kind: Exclude<LimitKind, 'job'>; readonly name: string }

const HOST_PREFIX = 'host:'
const WORKSPACE_NAME = 'workspace'
const SHARED_NAME = /^[a-z0-9][a-z0-9_.-]{0,62}$/
const HOST_NAME = /^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9])?)$/

/** Null: no limit can have this name. */
export const readLimitName = (text: string): LimitName | null => {
  if (text === WORKSPACE_NAME) return { kind: 'workspace', name: '' }
  if (text.startsWith(HOST_PREFIX)) {
    const name = text.slice(HOST_PREFIX.length)
    return HOST_NAME.test(name) ? { kind: 'host', name } : null
  }
  return SHARED_NAME.test(text) ? { kind: 'shared', name: text } : null
}

export const LIMIT_NAME_RULE =
  'use a name of lower-case letters, digits, ".", "-" and "_", or host: and a host name in lower case, or workspace'

export const showLimitName = ({ kind, name }: { readonly kind: LimitKind; readonly name: string }): string =>
  kind === 'host' ? `${HOST_PREFIX}${name}` : kind === 'shared' ? name : kind

/** The host that a target calls, in the form of `host:` limits; null where there is none. */
export const hostOf = (target: Target): string | null => {
  const known = hosts.get(target)
  if (known !== undefined) return known
  const host = 'url' in target ? (URL.parse(target.url)?.hostname ?? '') : ''
  const found = host === '' ? null : host.toLowerCase()
  hosts.set(target, found)
  return found
}

const hosts = new WeakMap<Target, string | null>()

/** What the job's own policies allow of itself; null when they set no bound. */
export const ownAllowance = ({ concurrency = null, rate = null }: PolicyChoices): Allowance | null =>
  concurrency === null && rate === null ? null : { concurrency, rate }

/** Bounds that a limit is held to: [least, most]. */
export const LIMIT_BOUNDS = {
  concurrency: [1, 100_000],
  'rate.count': [1, 1_000_000],
  'rate.perMs': [1000, 24 * 3600 * 1000],
} as const

export const MOST_LIMITS_OF_A_JOB = 10
