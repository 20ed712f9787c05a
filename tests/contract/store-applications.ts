/** Applications and their APIs, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Api, Application } from '../../src/domain/application.ts'
import { newId } from '../../src/domain/ids.ts'
import { aJob, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

export const applicationsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  const fresh = (w: World, name: string, given: Partial<Application> = {}) => ({
    id: newId(),
    workspaceKey: w.workspaceKey,
    ownerId: w.admin.id,
    name,
    description: null,
    rootUrl: 'https://example.com/api',
    handshakeUrl: null,
    sealedSecret: null,
    createdAt: NOON,
    ...given,
  })
  const create = async (w: World, name: string, given: Partial<Application> = {}): Promise<Application> => {
    const made = await w.applications.create(fresh(w, name, given), 10)
    assert(typeof made === 'object')
    return made
  }
  const anApi = ({ id }: Application, name: string, given: Partial<Api> = {}): Api => ({
    id: newId(),
    applicationId: id,
    name,
    path: `/${name}`,
    handshakeUrl: null,
    said: { frequency: 'Daily' },
    ...given,
  })
  const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name)

  describe('applications', () => {
    it('one is read back as it was written, in its workspace alone, and listed by name', async (t) => {
      const w = await world(t)
      const { workspaceKey: other } = await newWorkspace(w)
      await create(w, 'zeta')
      const made = await create(w, 'alpha', {
        description: 'text',
        handshakeUrl: 'https://example.com/a',
        sealedSecret: 's',
      })

      assert.deepEqual(await w.applications.byId(w.workspaceKey, made.id), made)
      assert.deepEqual([made.version, made.ownerId, made.updatedAt], [1, w.admin.id, NOON])
      assert.equal(await w.applications.byId(other, made.id), null)
      assert.deepEqual(names(await w.applications.list(w.workspaceKey)), ['alpha', 'zeta'])
      assert.deepEqual(await w.applications.list(other), [])
    })

    it('a name is given once in a workspace, and there is room for so many', async (t) => {
      const w = await world(t)
      const one = await create(w, 'one')
      await create(w, 'two')

      assert.equal(await w.applications.create(fresh(w, 'one'), 10), 'taken')
      assert.equal(await w.applications.create(fresh(w, 'three'), 2), 'full')
      assert.equal(await w.applications.update(one, { name: 'two' }, NOON), 'taken')
      const { workspaceKey, admin } = await newWorkspace(w)
      assert.equal(
        typeof (await w.applications.create(fresh(w, 'one', { workspaceKey, ownerId: admin.id }), 10)),
        'object',
      )
    })

    it('one is made with the jobs of its first APIs, or not at all', async (t) => {
      const w = await world(t)
      const { id, ...rest } = fresh(w, 'one')
      const job = (name: string) =>
        aJob({ workspaceKey: w.workspaceKey, ownerId: w.admin.id, api: { ...anApi({ id } as Application, name) } })

      const refused = await w.applications.create({ id, ...rest }, 10, [job('a'), job('a')])
      assert.equal(refused, 'full', 'a name is given twice: nothing of it is made')
      assert.deepEqual(
        [await w.applications.byId(w.workspaceKey, id), (await w.jobs.count(w.workspaceKey)).total],
        [null, 0],
      )
      const made = await w.applications.create({ id, ...rest }, 10, [job('b'), job('a')])

      assert(typeof made === 'object')
      assert.deepEqual(names(await w.applications.apis(w.workspaceKey, { applicationKey: made.key })), ['a', 'b'])
      assert.equal((await w.jobs.count(w.workspaceKey)).total, 2)
    })

    it('of two who change one at once, one hears of the other', async (t) => {
      const w = await world(t)
      const before = await create(w, 'one')

      const after = await w.applications.update(before, { name: 'other', sealedSecret: 's' }, NOON + MINUTE)

      assert(after !== null && after !== 'taken')
      assert.deepEqual(await w.applications.byId(w.workspaceKey, before.id), after)
      assert.deepEqual([after.name, after.version, after.updatedAt], ['other', 2, NOON + MINUTE])
      assert.equal(await w.applications.update(before, { name: 'late' }, NOON), null)
      assert.equal(await w.applications.delete(before), false)
      assert.equal(await w.applications.delete(after), true)
      assert.equal(await w.applications.byId(w.workspaceKey, before.id), null)
    })
  })

  describe('APIs of applications', () => {
    it('one is made with its job, changed with it, and goes with it', async (t) => {
      const w = await world(t)
      const application = await create(w, 'one')
      const api = anApi(application, 'users')
      const job = await w.job({ api })
      const read = () => w.applications.apis(w.workspaceKey, { applicationKey: application.key })

      assert.deepEqual(await read(), [{ ...api, jobId: job.id, createdAt: job.createdAt }])
      assert.equal(await w.applications.delete(application), false, 'it has an API')
      const renamed = { ...api, name: 'people', said: {}, handshakeUrl: 'https://example.com/h' }
      const at = { now: NOON + MINUTE, expectedDueAt: null }
      const changed = await w.jobs.update(job, { api: renamed }, at)
      assert(changed !== null)
      assert.equal(changed.version, job.version + 1)
      assert.deepEqual(await w.applications.apis(w.workspaceKey, { jobIds: [job.id, newId()] }), [
        { ...renamed, jobId: job.id, createdAt: job.createdAt },
      ])
      const found = await w.jobs.list(w.workspaceKey, {
        ...{ applicationKey: application.key, sort: 'name', descending: false, cursor: null, limit: 10 },
      })
      assert.deepEqual(names(found.items), [job.name])
      assert.equal(await w.jobs.delete(changed, at), true)
      assert.deepEqual(await read(), [])
      assert.equal(await w.applications.delete(application), true)
    })

    it('a name is given once in its application: neither job nor API is written otherwise', async (t) => {
      const w = await world(t)
      const [one, two] = [await create(w, 'one'), await create(w, 'two')]
      await w.job({ api: anApi(one, 'users') })
      const other = await w.job({ api: anApi(one, 'other') })
      await w.job({ api: anApi(two, 'users') })
      const before = await w.jobs.count(w.workspaceKey)

      await assert.rejects(w.job({ api: anApi(one, 'users') }), { code: 'conflict' })
      const at = { now: NOON, expectedDueAt: null }
      assert.equal(await w.jobs.update(other, { name: 'x', api: anApi(one, 'users') }, at), null)

      assert.deepEqual(await w.jobs.count(w.workspaceKey), before)
      assert.equal((await w.jobs.byId(w.workspaceKey, other.id))?.name, other.name)
    })

    it('what a handshake granted is kept until it ends, or the API or its application changes', async (t) => {
      const w = await world(t)
      const application = await create(w, 'one', { handshakeUrl: 'https://example.com/h', sealedSecret: 'secret' })
      const api = anApi(application, 'users')
      const job = await w.job({ api })
      const { workspaceKey: other } = await newWorkspace(w)
      const recall = () => w.applications.recall(w.workspaceKey, api.id)
      const keep = () => w.applications.keep(w.workspaceKey, api.id, { sealed: 'granted', validUntil: NOON + MINUTE })
      const nothing = {
        ...{ apiId: api.id, apiName: 'users', applicationId: application.id, handshakeUrl: 'https://example.com/h' },
        ...{ sealedSecret: 'secret', sealedCredentials: null, validUntil: null },
      }

      assert.deepEqual(await recall(), nothing)
      await w.applications.keep(other, api.id, { sealed: 'stolen', validUntil: NOON })
      assert.deepEqual(await recall(), nothing)
      assert.equal(await w.applications.recall(other, api.id), null)
      await keep()
      assert.deepEqual(await recall(), { ...nothing, sealedCredentials: 'granted', validUntil: NOON + MINUTE })
      assert.deepEqual(
        [await w.applications.forget(NOON + MINUTE, 10), await w.applications.forget(NOON + 2 * MINUTE, 10)],
        [0, 1],
      )
      assert.deepEqual(await recall(), nothing)

      await keep()
      await w.jobs.update(
        job,
        { api: { ...api, handshakeUrl: 'https://example.com/own' } },
        { now: NOON, expectedDueAt: null },
      )
      assert.deepEqual(await recall(), { ...nothing, handshakeUrl: 'https://example.com/own' })
      await keep()
      await w.applications.update(application, { sealedSecret: 'another' }, NOON)
      assert.equal((await recall())?.sealedCredentials, null)
      await keep()
      await w.applications.keep(w.workspaceKey, api.id, null)
      assert.equal((await recall())?.sealedCredentials, null)
    })
  })
}
