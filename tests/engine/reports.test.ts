/** Asynchronous completion from due to recorded: the real store, the clock moved by hand, reports as targets send them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Outcome } from '../../src/domain/attempt.ts'
import type { Job } from '../../src/domain/job.ts'
import type { PolicyChoices } from '../../src/domain/policies.ts'
import type { ReportedEnd } from '../../src/domain/report.ts'
import type { Target } from '../../src/domain/target.ts'
import { every, FAILED, HOUR, MINUTE, type Node, openWorld, SECOND, START, type World } from './world.ts'

const DEADLINE = 10 * MINUTE
const TARGET: Target = {
  kind: 'http',
  url: 'http://example.com/',
  method: 'POST',
  completion: { mode: 'report', deadlineMs: DEADLINE },
}
const ACCEPTED: Partial<Outcome> = { kind: 'accepted', statusCode: 202, output: 'soon' }
const DONE: ReportedEnd = { kind: 'success', error: null, statusCode: null, output: 'done' }
const BROKEN: ReportedEnd = { kind: 'failure', error: 'disk full', statusCode: null, output: null }
const TWICE = { attempts: 2, firstDelayMs: 10 * SECOND, factor: 1, longestDelayMs: 10 * SECOND }

/** A job that was due at START, sent, and taken over by its target. */
const takenOver = async (test: TestContext, policies: PolicyChoices = {}, timetable = every(HOUR)) => {
  const world = await openWorld(test)
  const export_ = await world.job('export', { timetable, policies, target: TARGET })
  const node = world.node()
  world.clock.setWall(START)
  await node.engine.tick()
  node.answer('export', ACCEPTED)
  await node.engine.tick()
  return { world, job: export_, node }
}

const report = async ({ store, clock }: World, { engine }: Node, job: Job, attempt: number, end = DONE) => {
  const { items } = await store.executions.list(job.workspaceKey, {
    jobKey: job.key,
    descending: false,
    cursor: null,
    limit: 1,
  })
  const executionId = items[0]?.id ?? assert.fail('no execution')
  const found = await store.reports.attempt(job.workspaceKey, executionId)
  assert(found !== null)
  const note = {
    workspaceKey: job.workspaceKey,
    executionId,
    attempt,
    percent: null,
    message: null,
    lines: [],
    finalDigest: 'd',
    now: clock.now(),
  }
  return engine.reported({ ...found, attempt }, end, note)
}

describe('an execution that its target took over', () => {
  it('runs on until its report, which ends it like an answer would', async (test) => {
    const { world, job, node } = await takenOver(test)
    assert.deepEqual([await world.history(job), node.open(), node.ended], [['0 running'], 0, []])

    world.clock.setWall(START + 5 * MINUTE)
    assert.equal(await report(world, node, job, 1), true)

    const [execution] = await world.executions(job)
    assert.deepEqual([execution?.status, execution?.statusCode], ['success', 202])
    assert.equal((execution?.finishedAt ?? 0) - (execution?.startedAt ?? 0), 5 * MINUTE)
    assert.deepEqual([node.ended, node.fenced()], [['success'], 0])
  })

  it('fails at its deadline when no report came, and the retry policy decides as for any failure', async (test) => {
    const { world, job, node } = await takenOver(test, { retry: TWICE })
    world.clock.setWall(START + DEADLINE - 1)
    await node.engine.tick()
    assert.deepEqual(await world.history(job), ['0 running'])

    world.clock.setWall(START + DEADLINE)
    await node.engine.tick()
    const [waiting] = await world.executions(job)
    assert.equal(waiting?.error, 'No report within the deadline of 600 s after the target had taken the attempt over.')
    // Half of 10 s by the random of the test.
    world.clock.setWall(START + DEADLINE + 5 * SECOND)
    await node.engine.tick()
    node.answer('export', FAILED)
    await node.engine.tick()

    assert.deepEqual(node.sent, ['export#1@0', 'export#2@605'])
    assert.deepEqual(await world.history(job), ['0 failed attempts_used_up'])
    assert.deepEqual(node.ended, ['pending', 'failed'])
  })

  it('is looked for at its deadline by itself, without a tick', async (test) => {
    const { world, job, node } = await takenOver(test)

    world.clock.setWall(START + DEADLINE - 30 * SECOND)
    world.clock.advance(30 * SECOND)
    while (node.ended.length === 0) await world.history(job)

    assert.deepEqual([await world.history(job), node.ended], [['0 failed'], ['failed']])
  })

  it('that reports a failure is tried again by the same rule', async (test) => {
    const { world, job, node } = await takenOver(test, { retry: TWICE })

    await report(world, node, job, 1, BROKEN)
    world.clock.setWall(START + 5 * SECOND)
    await node.engine.tick()
    node.answer('export', ACCEPTED)
    await node.engine.tick()
    assert.equal(await report(world, node, job, 1), false, 'the first attempt is over')
    assert.equal(await report(world, node, job, 2), true)

    assert.deepEqual(node.sent, ['export#1@0', 'export#2@5'])
    assert.deepEqual(await world.history(job), ['0 success'])
  })

  it('keeps its place: the next occurrence is skipped while it runs, and fires once it has ended', async (test) => {
    const { world, job, node } = await takenOver(test, { overlap: 'skip' }, every(MINUTE))
    world.clock.setWall(START + MINUTE)
    await node.engine.tick()
    await report(world, node, job, 1)
    world.clock.setWall(START + 2 * MINUTE)
    await node.engine.tick()

    assert.deepEqual(await world.history(job), ['0 success', '60 skipped overlap', '120 running'])
  })

  it('lets one that waits for it start as soon as it has ended', async (test) => {
    const { world, job, node } = await takenOver(test, { overlap: 'queue_all' }, every(MINUTE))
    world.clock.setWall(START + MINUTE)
    await node.engine.tick()
    assert.deepEqual(await world.history(job), ['0 running', '60 pending'])

    await report(world, node, job, 1)
    await node.engine.tick()

    assert.deepEqual(node.sent, ['export#1@0', 'export#1@60'])
  })

  it('outlives its node: after a crash the report still counts, and nothing is sent twice', async (test) => {
    const { world, job } = await takenOver(test)

    const after = await world.reopen()
    const second = after.node()
    await second.engine.tick()
    await second.engine.tick()
    assert.deepEqual([await after.history(job), second.sent], [['0 running'], []])
    assert.equal(await report(after, second, job, 1), true)

    assert.deepEqual(await after.history(job), ['0 success'])
  })

  it('outlives its node: the deadline does too', async (test) => {
    const { world, job } = await takenOver(test)

    const after = await world.reopen()
    const second = after.node()
    after.clock.setWall(START + DEADLINE)
    await second.engine.tick()

    assert.deepEqual(await after.history(job), ['0 failed'])
  })

  it('does not hold up a stop of the server', async (test) => {
    const { world, job, node } = await takenOver(test)

    await node.engine.stop(0)

    assert.deepEqual(await world.history(job), ['0 running'])
  })

  it('may be reported on to a process that does not schedule', async (test) => {
    const { world, job, node } = await takenOver(test)
    const other = world.node()
    assert.equal(other.engine.scheduling(), false)

    assert.equal(await report(world, other, job, 1), true)

    assert.deepEqual(await world.history(job), ['0 success'])
    assert.deepEqual([node.ended, other.ended], [[], ['success']])
  })

  it('is cancelled like any other, and its report is then too late', async (test) => {
    const { world, job, node } = await takenOver(test)
    const [execution] = await world.executions(job)

    await world.store.executions.cancel(job.workspaceKey, execution?.id ?? '', world.clock.now())

    assert.equal(await report(world, node, job, 1), false)
    assert.deepEqual(await world.history(job), ['0 cancelled cancelled_by_user'])
  })

  it('ends as cancelled when its job was deleted before it failed', async (test) => {
    const { world, job, node } = await takenOver(test, { retry: TWICE })
    const present = await world.store.jobs.byId(job.workspaceKey, job.id)
    assert(present !== null)
    await world.store.jobs.delete(present, { now: world.clock.now(), expectedDueAt: null })

    await report(world, node, job, 1, BROKEN)

    assert.deepEqual(await world.history(job), ['0 cancelled job_deleted'])
  })
})

describe('a report that is quicker than the 202', () => {
  const inFlight = async (test: TestContext, policies: PolicyChoices = {}) => {
    const world = await openWorld(test)
    const job = await world.job('export', { timetable: every(HOUR), policies, target: TARGET })
    const node = world.node()
    world.clock.setWall(START)
    await node.engine.tick()
    return { world, job, node }
  }

  it('ends the execution; the 202 that comes after it changes nothing and is no fault', async (test) => {
    const { world, job, node } = await inFlight(test)
    // The 202 has come, but its record is not committed yet.
    node.answer('export', ACCEPTED)

    assert.equal(await report(world, node, job, 1), true)
    await node.engine.tick()

    assert.deepEqual(await world.history(job), ['0 success'])
    assert.deepEqual([node.ended, node.fenced()], [['success'], 0])
  })

  it('cuts the call that is still open', async (test) => {
    const { world, job, node } = await inFlight(test)

    await report(world, node, job, 1)
    await node.engine.tick()

    assert.deepEqual([node.open(), await world.history(job)], [0, ['0 success']])
  })

  it('and asks for another try leaves the new attempt alone, whatever the old call still answers', async (test) => {
    const { world, job, node } = await inFlight(test, { retry: { ...TWICE, firstDelayMs: 0 } })
    // Told to another process, which cannot cut the call.
    const other = world.node()
    await report(world, other, job, 1, BROKEN)
    world.clock.advance(SECOND)
    await node.engine.tick()
    assert.deepEqual(node.sent, ['export#1@0', 'export#2@1'])

    node.answer('export', ACCEPTED)
    await node.engine.tick()
    assert.deepEqual(await world.history(job), ['0 running'])
    node.answer('export')
    await node.engine.tick()

    assert.deepEqual(await world.history(job), ['0 success'])
  })
})
