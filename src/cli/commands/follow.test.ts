/** Following runs: each piece of news once, oldest first, also through an outage of the server. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { cliWorld } from '../../../tests/support/cli-world.ts'
import type { Execution } from '../../api/contract/executions.ts'
import type { Client, Query } from '../client/client.ts'
import { CommandFailure } from '../exit-codes.ts'
import { follow } from './follow.ts'

const cli = cliWorld()
after(cli.remove)

const run = (id: string, status: Execution['status'], more: Partial<Execution> = {}): Execution => ({
  id,
  job_id: 'job',
  job_name: 'nightly',
  trigger: 'schedule',
  status,
  reason: null,
  reason_text: null,
  scheduled_for: '2026-11-23T00:00:00.000Z',
  last_for: null,
  occurrences: 1,
  attempt: 1,
  not_before: null,
  waiting_for: null,
  started_at: null,
  finished_at: null,
  duration_seconds: null,
  lateness_seconds: null,
  status_code: null,
  error: null,
  report_due_at: null,
  progress: null,
  requested_by: null,
  ...more,
})

/** A server whose runs the test changes; newest first, as the API answers. */
const fakeServer = (runs: Execution[]) => {
  let away = false
  const asked: string[] = []
  const get = async (path: string, query: Query = {}): Promise<unknown> => {
    asked.push(query.cursor === undefined ? path : `${path} after ${query.cursor}`)
    if (away) throw new CommandFailure('unreachable', 'the server does not answer')
    if (path !== '/executions') return runs.find(({ id }) => path.endsWith(id))
    const newestFirst = [...runs].sort((a, b) => (a.id < b.id ? 1 : -1))
    const from = newestFirst.findIndex(({ id }) => id === query.cursor) + 1
    const items = newestFirst.slice(from, from + 2)
    return { items, next_cursor: from + 2 < newestFirst.length ? items.at(-1)?.id : null }
  }
  return {
    client: { get } as unknown as Client,
    asked,
    goAway: () => {
      away = true
    },
    comeBack: () => {
      away = false
    },
    put: (one: Execution) => {
      const at = runs.findIndex(({ id }) => id === one.id)
      if (at < 0) runs.push(one)
      else runs[at] = one
    },
  }
}

const followed = async (server: ReturnType<typeof fakeServer>, last: number, ...steps: (() => unknown)[]) => {
  const out: string[] = []
  const err: string[] = []
  const terminal = {
    ...cli.world.terminal,
    sayJson: (value: unknown) => out.push(`${(value as Execution).id} ${(value as Execution).status}`),
    remark: (text: string) => err.push(text),
  }
  const stop = new AbortController()
  const left = [...steps]
  const world = {
    ...cli.world,
    terminal,
    untilStopped: () => stop.signal,
    pause: async () => void (left.length === 0 ? stop.abort('the test') : await left.shift()?.()),
  }
  await follow(world, server.client, { job_id: undefined, statuses: undefined, last, json: true })
  return { out, err }
}

describe('following runs', () => {
  it('begins with the last few that are there, and tells each change once', async () => {
    const server = fakeServer([run('1', 'success'), run('2', 'running')])

    const { out } = await followed(
      server,
      1,
      () => {},
      () => server.put(run('2', 'success')),
      () => server.put(run('3', 'running')),
      () => {},
    )

    assert.deepEqual(out, ['2 running', '2 success', '3 running'])
  })

  it('tells how far a run is as often as its target says something new', async () => {
    const progress = { percent: 10, message: null, reported_at: '2026-11-23T00:00:01.000Z' }
    const server = fakeServer([run('1', 'running')])

    const { out } = await followed(
      server,
      1,
      () => server.put(run('1', 'running', { progress })),
      () => server.put(run('1', 'running', { progress: { ...progress, reported_at: '2026-11-23T00:00:02.000Z' } })),
      () => server.put(run('1', 'running', { progress: { ...progress, percent: 20 } })),
    )

    assert.deepEqual(out, ['1 running', '1 running', '1 running'])
  })

  it('reads on until it meets a run it knows, and tells the oldest first', async () => {
    const server = fakeServer([run('1', 'success')])

    const { out } = await followed(server, 0, () => {
      for (const id of ['2', '3', '4', '5']) server.put(run(id, 'success'))
    })

    assert.deepEqual(out, ['2 success', '3 success', '4 success', '5 success'])
  })

  it('does not lose sight of a long run while newer ones come and go', async () => {
    const server = fakeServer([run('1', 'running')])

    const { out } = await followed(
      server,
      5,
      () => {
        for (const id of ['2', '3', '4']) server.put(run(id, 'success'))
      },
      () => server.put(run('1', 'failed')),
    )

    assert.deepEqual(out, ['1 running', '2 success', '3 success', '4 success', '1 failed'])
    assert.equal(server.asked.at(-1), '/executions/1')
  })

  it('a new attempt at the same run is news', async () => {
    const server = fakeServer([run('1', 'pending')])

    const { out } = await followed(
      server,
      1,
      () => server.put(run('1', 'running', { attempt: 1 })),
      () => server.put(run('1', 'running', { attempt: 2 })),
    )

    assert.deepEqual(out, ['1 pending', '1 running', '1 running'])
  })

  it('an outage of the server is told once, and what happened meanwhile after it', async () => {
    const server = fakeServer([run('1', 'success')])

    const { out, err } = await followed(
      server,
      0,
      server.goAway,
      () => {},
      () => {
        server.put(run('2', 'failed'))
        server.comeBack()
      },
    )

    assert.deepEqual(err, ['the server does not answer; trying again'])
    assert.deepEqual(out, ['2 failed'])
  })

  it('a server that cannot be reached at the beginning ends it', async () => {
    const server = fakeServer([])
    server.goAway()

    await assert.rejects(followed(server, 0), { exit: 'unreachable' })
  })
})
