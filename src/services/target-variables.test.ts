/** Template variables of a job: refused when they mean nothing, and true to the job's name and metadata at all times. */
import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { anInput, aWorld, HOUR, refused } from '../../tests/support/services-world.ts'
import type { HttpTargetInput } from './services.ts'

const TARGET: HttpTargetInput = {
  kind: 'http',
  url: 'https://example.com/{{metadata.team}}?run={{execution.id}}',
  method: 'POST',
  body: { type: 'json', content: { name: '{{job.name}}' } },
}

const begin = async (t: TestContext) => {
  const world = await aWorld(t)
  const actor = await world.admin()
  const { jobs } = world.services
  const create = (
    target: Partial<HttpTargetInput>,
    metadata: Record<string, string> = { team: 'billing', unused: 'x' },
  ) => jobs.create(actor, anInput({ target: { ...TARGET, ...target }, metadata }))
  const stored = async (id: string) => {
    const target = (await world.store.jobs.byId(actor.workspaceKey, id))?.target
    return target?.kind === 'http' ? target.variables : assert.fail('no http target')
  }
  return { ...world, actor, jobs, create, stored }
}

it('the target is given what it names of the metadata, and shows no trace of it', async (t) => {
  const { create, stored } = await begin(t)

  const job = await create({})

  assert.deepEqual(await stored(job.id), { team: 'billing' })
  assert.deepEqual(Object.keys(job.target).sort(), ['body', 'kind', 'method', 'url'])
})

it('a target without variables is kept as it always was', async (t) => {
  const { create, stored } = await begin(t)

  const job = await create({ url: 'https://example.com/{{other}}', body: undefined })

  assert.equal(await stored(job.id), undefined)
})

it('an edit of the metadata reaches the target, and may not take away what it names', async (t) => {
  const { create, stored, jobs, actor } = await begin(t)
  const { id } = await create({})

  await jobs.update(actor, id, { metadata: { team: 'sales' } }, null)
  assert.deepEqual(await stored(id), { team: 'sales' })

  await assert.rejects(jobs.update(actor, id, { metadata: {} }, null), refused('invalid', 'target.url'))
  await assert.rejects(jobs.update(actor, id, { metadata: { team: '..' } }, null), refused('invalid', 'target.url'))
  assert.deepEqual(await stored(id), { team: 'sales' })
})

it('an edit of both at once is judged by what comes out', async (t) => {
  const { create, stored, jobs, actor } = await begin(t)
  const { id } = await create({})

  await jobs.update(
    actor,
    id,
    { metadata: { unit: 'eu' }, target: { ...TARGET, url: 'https://example.com/{{metadata.unit}}' } },
    null,
  )
  assert.deepEqual(await stored(id), { unit: 'eu' })

  await jobs.update(actor, id, { target: { ...TARGET, url: 'https://example.com/', body: undefined } }, null)
  assert.equal(await stored(id), undefined)
})

it('names that mean nothing are refused, each by its field', async (t) => {
  const { create } = await begin(t)

  for (const [target, field] of [
    [{ url: 'https://example.com/{{job.nmae}}' }, 'target.url'],
    [{ url: 'https://example.com/{{metadata.tema}}' }, 'target.url'],
    [{ url: 'https://{{metadata.team}}.example.com/' }, 'target.url'],
    [{ query: [{ name: 'a', value: '{{execution.secret}}' }] }, 'target.query[0].value'],
    [{ headers: [{ name: 'a', value: '{{job.}}' }] }, 'target.headers[0].value'],
    [{ body: { type: 'xml', content: '{{metadata.x}}' } }, 'target.body.content'],
  ] as const) {
    await assert.rejects(create(target), refused('invalid', field))
  }
})

it('a manual run with overrides is filled in too', async (t) => {
  const { create, jobs, actor, store, clock } = await begin(t)
  const { id } = await create({})
  const now = clock.now()
  const nodeKey = await store.ledger.join({ id: 'n', host: 'h', pid: 1, startedAt: now }, now, now + HOUR)

  await jobs.run(actor, id, { body: { type: 'text', content: '{{metadata.unused}}' } })
  const { leased } = await store.ledger.lease({ nodeKey: nodeKey ?? 0, now, leaseNow: now, limit: 1 })

  const [{ target } = assert.fail('nothing was leased')] = leased
  assert.deepEqual(target.kind === 'http' && target.variables, { team: 'billing', unused: 'x' })
  await assert.rejects(
    jobs.run(actor, id, { body: { type: 'text', content: '{{metadata.nothing}}' } }),
    refused('invalid', 'target.body.content'),
  )
})
