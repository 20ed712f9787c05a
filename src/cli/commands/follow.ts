/** Runs as they happen: looks again and again, and prints what is new or has changed. */
import type { Execution, ExecutionPage } from '../../api/contract/executions.ts'
import type { Client } from '../client/client.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant, showResult, statusPaint } from '../show.ts'
import type { Terminal } from '../terminal.ts'
import { padTo } from '../text-width.ts'
import type { World } from '../world.ts'

type Followed = {
  readonly job_id: string | undefined
  readonly statuses: readonly string[] | undefined
  readonly last: number
  readonly json: boolean
}

const LOOK_AGAIN_MS = 1000
const LONGEST_WAIT_MS = 30_000
const PAGE = 100
/** Between two looks at most so many pages of new runs are read; what is older is left to `runs list`. */
const MOST_PAGES = 10

export const follow = async (world: World, client: Client, followed: Followed): Promise<void> => {
  const stop = world.untilStopped()
  const { terminal } = world
  const seen = createMemory()
  let wait = LOOK_AGAIN_MS

  const first = await look(client, followed, seen)
  // Those before the last few count as told.
  for (const run of first.slice(0, Math.max(0, first.length - followed.last))) seen.changed(run)
  tell(terminal, first.filter(seen.changed), followed)

  while (!stop.aborted) {
    await world.pause(wait, stop)
    if (stop.aborted) return
    try {
      tell(terminal, (await look(client, followed, seen)).filter(seen.changed), followed)
      wait = LOOK_AGAIN_MS
    } catch (error) {
      if (!isOutage(error)) throw error
      if (wait === LOOK_AGAIN_MS) terminal.remark(`${(error as Error).message}; trying again`)
      wait = Math.min(LONGEST_WAIT_MS, wait * 2)
    }
  }
}

const isOutage = (error: unknown): boolean =>
  error instanceof CommandFailure && (error.exit === 'unreachable' || error.exit === 'failed')

/** Oldest first: the newest runs, and those known before that had not ended. */
const look = async (client: Client, { job_id }: Followed, seen: Memory): Promise<readonly Execution[]> => {
  const runs: Execution[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const found = await client.get<ExecutionPage>('/executions', { job_id, limit: PAGE, cursor })
    runs.push(...found.items)
    cursor = found.next_cursor ?? undefined
    const reachedKnown = found.items.some(({ id }) => seen.knows(id))
    if (cursor === undefined || reachedKnown || seen.isEmpty()) break
  }
  const met = new Set(runs.map(({ id }) => id))
  for (const id of seen.open().filter((id) => !met.has(id))) runs.push(await client.get<Execution>(`/executions/${id}`))
  // Ids are ordered by time.
  return runs.sort((a, b) => (a.id < b.id ? -1 : 1))
}

type Memory = ReturnType<typeof createMemory>

const MOST_REMEMBERED = 10_000

/** Which runs were told, in which state; the oldest that have ended are forgotten. */
const createMemory = () => {
  const told = new Map<string, string>()
  const isOpen = (state: string) => state.startsWith('pending') || state.startsWith('running')
  return {
    isEmpty: () => told.size === 0,
    knows: (id: string) => told.has(id),
    open: () => [...told].filter(([, state]) => isOpen(state)).map(([id]) => id),
    /** Remembers it; true when there is something new to tell. */
    changed: (run: Execution): boolean => {
      const state = `${run.status} ${run.attempt} ${run.not_before} ${run.progress?.percent} ${run.progress?.message}`
      if (told.get(run.id) === state) return false
      told.delete(run.id)
      told.set(run.id, state)
      if (told.size > MOST_REMEMBERED) for (const [id, old] of told) if (!isOpen(old)) return told.delete(id)
      return true
    },
  }
}

const tell = (terminal: Terminal, runs: readonly Execution[], { statuses, json }: Followed): void => {
  for (const run of runs) {
    if (statuses !== undefined && !statuses.includes(run.status)) continue
    if (json) terminal.sayJson(run, 0)
    else terminal.say(line(terminal, run))
  }
}

const LONGEST_STATUS = 'cancelled'.length

const line = ({ paint }: Terminal, run: Execution): string => {
  const status = paint(statusPaint(run.status) ?? 'bold', padTo(LONGEST_STATUS, run.status))
  const attempt = run.attempt > 1 ? ` try ${run.attempt}` : ''
  const parts = [showInstant(run.scheduled_for), status, safe(run.job_name) + attempt, safe(showResult(run))]
  return `${parts.filter((part) => part !== '').join('  ')}  ${paint('dim', run.id)}`
}
