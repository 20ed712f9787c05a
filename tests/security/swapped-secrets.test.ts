/** S95: whoever can write to the database moves sealed secrets about; none of them is sent anywhere, and the run says why. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { served } from '../support/served.ts'
import { httpTarget } from '../support/targets.ts'

const FAULT = 'A secret of the target cannot be opened or cannot be sent; save it again.'

test('S95: sealed secrets swapped between jobs, fields and workspaces in the database fail the run, and nothing is sent', async (t) => {
  const target = await httpTarget()
  t.after(target.close)
  const server = await served(t, { SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi', LOG_LEVEL: 'silent' })
  const signUp = async (name: string): Promise<string> =>
    (await server.ask('POST', '/sign-up', { body: { email: `${name}@example.com`, password: 'a fine long phrase' } }))
      .body.access_token
  const [ours, theirs] = [await signUp('ours'), await signUp('theirs')]
  const create = async (token: string, path: string, more: Record<string, unknown>): Promise<string> => {
    const body = {
      name: path,
      schedules: [{ kind: 'cron', expression: '0 0 1 1 *' }],
      target: { kind: 'http', url: target.origin + path, method: 'POST', ...more },
    }
    return (await server.ask('POST', '/jobs', { token, body })).body.id
  }
  const bearer = (token: string) => ({ auth: { kind: 'bearer', token } })
  const one = await create(ours, '/one', bearer('secret of one'))
  const other = await create(ours, '/other', bearer('secret of the other'))
  const abroad = await create(theirs, '/abroad', bearer('secret of a stranger'))
  const signed = await create(ours, '/signed', { ...bearer('secret of the signed'), signing: {} })
  const untouched = await create(ours, '/untouched', bearer('secret of the untouched'))
  const run = async (token: string, id: string) => {
    const { body } = await server.ask('POST', `/jobs/${id}/run`, { token })
    return server.ended(token, body.id)
  }

  const database = new DatabaseSync(server.database)
  t.after(() => database.close())
  const targetOf = (id: string) =>
    JSON.parse(String(database.prepare('select target from job where id = ?').get(id)?.target))
  const tamper = (id: string, changed: unknown) =>
    database.prepare('update job set target = ? where id = ?').run(JSON.stringify(changed), id)
  const before = Object.fromEntries([one, other, abroad, signed].map((id) => [id, targetOf(id)]))
  const tokenOf = (id: string) => before[id].auth.token
  tamper(one, { ...before[one], auth: { kind: 'bearer', token: tokenOf(other) } })
  tamper(other, { ...before[other], auth: { kind: 'bearer', token: tokenOf(abroad) } })
  tamper(abroad, { ...before[abroad], auth: { kind: 'basic', username: 'u', password: tokenOf(abroad) } })
  tamper(signed, { ...before[signed], auth: { kind: 'bearer', token: before[signed].signing.secret } })

  const runs = [
    await run(ours, one),
    await run(ours, other),
    await run(theirs, abroad),
    await run(ours, signed),
    await run(ours, untouched),
  ]

  assert.deepEqual(
    runs.map(({ status, error }) => [status, error]),
    [...Array.from({ length: 4 }, () => ['failed', FAULT]), ['success', null]],
  )
  assert.deepEqual(
    target.received.map(({ path }) => path),
    ['/untouched'],
  )
})
