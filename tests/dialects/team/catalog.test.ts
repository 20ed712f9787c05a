/** Categories and teams in charge, as clients of either prefix keep them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/domain/ids.ts'
import { aTeam, PREFIXES, refused } from './world.ts'

const KINDS = [
  { path: '/job-categories', one: 'category', many: 'categories', noun: 'Category', more: {} },
  { path: '/pic-teams', one: 'pic_team', many: 'pic_teams', noun: 'PIC team', more: { slack_handle: '@payments' } },
] as const

for (const prefix of PREFIXES) {
  for (const { path, one, many, noun, more } of KINDS) {
    test(`${prefix}${path}: one is made, renamed, switched off and on, and listed by name`, async (t) => {
      const { team, admin, colleague } = await aTeam(t, prefix)
      const viewer = await colleague('viewer')
      const as = (method: string, tail: string, body?: unknown) =>
        team(method, `${path}${tail}`, { token: admin.token, body })
      const names = async (tail = '', { token } = admin) =>
        (await team('GET', `${path}${tail}`, { token })).body[many].map(({ name }: { name: string }) => name)
      const before = await names()

      const made = await as('POST', '', { name: ' Zebra Crossing!! ', ...more })
      const item = made.body[one]
      const own = await as('POST', '', { name: 'aardvark', slug: 'First One', ...more })
      const renamed = await as('PUT', `/${item.id}`, { name: 'Zebra & Co' })
      const disabled = await as('DELETE', `/${item.id}`)

      assert.deepEqual([made.status, made.body.message], [201, `${noun} created`])
      const { id, created_at, updated_at, ...rest } = item
      assert.deepEqual(rest, { slug: 'zebra-crossing', name: 'Zebra Crossing!!', ...more, is_active: true })
      assert.deepEqual([id.length, created_at, updated_at], [36, '2026-11-20T09:30:00.000000', created_at])
      assert.equal(own.body[one].slug, 'first-one')
      assert.deepEqual(
        [renamed.body.message, renamed.body[one].slug, renamed.body.jobs_updated],
        [`${noun} updated`, 'zebra-co', 0],
      )
      assert.deepEqual([disabled.body.message, disabled.body[one].is_active], [`${noun} disabled`, false])
      assert.deepEqual(await names(), ['aardvark', ...before])
      assert.deepEqual(await names('?include_inactive=true'), ['aardvark', ...before, 'Zebra & Co'])
      assert.deepEqual(await names('?include_inactive=true', viewer), ['aardvark', ...before])
      assert.equal((await as('PUT', `/${item.id}`, { is_active: true })).body[one].is_active, true)
    })

    test(`${prefix}${path}: what is missing, wrong, taken or unknown is refused, and changes nothing`, async (t) => {
      const { team, admin, colleague, isFirst } = await aTeam(t, prefix)
      const as = (method: string, tail: string, body?: unknown) =>
        team(method, `${path}${tail}`, { token: admin.token, body })
      const item = (await as('POST', '', { name: 'Zebra', ...more })).body[one]
      const other = (await as('POST', '', { name: 'Other', ...more })).body[one]

      refused(await as('POST', '', more), 400, 'Missing required fields', '"name" is required.')
      refused(await as('POST', '', { name: '日本', ...more }), 400, 'Invalid slug')
      refused(await as('POST', '', { name: 'x', slug: 7, ...more }), 400, 'Invalid slug')
      refused(
        await as('POST', '', { name: 'ZEBRA', ...more }),
        409,
        'Duplicate slug',
        `${noun} slug "zebra" already exists.`,
      )
      refused(await as('PUT', `/${other.id}`, { name: 'Zebra', is_active: false }), 409, 'Duplicate slug')
      refused(
        await as('PUT', `/${item.id}`, { slug: 'x' }),
        400,
        'Invalid payload',
        'Slug cannot be edited directly; it is derived from name.',
      )
      for (const edit of [{ name: ' ' }, { name: null }, { is_active: 'false' }])
        refused(await as('PUT', `/${item.id}`, { ...edit }), 400, 'Invalid payload')
      for (const id of [newId(), 'x'])
        for (const [method, body] of [
          ['PUT', { name: 'x' }],
          ['DELETE', undefined],
        ] as const) {
          const reply = await as(method, `/${id}`, body)
          refused(reply, 404, 'Not found')
          assert.match(reply.body.message, new RegExp(`^No ${noun} found with ID: ${id}$`, 'i'))
        }
      const { token } = await colleague('user')
      for (const [method, tail] of [
        ['POST', ''],
        ['PUT', `/${item.id}`],
        ['DELETE', `/${item.id}`],
      ] as const)
        refused(
          await team(method, `${path}${tail}`, { token }),
          403,
          isFirst ? 'Insufficient permissions' : 'Admin access required',
        )
      assert.equal((await team('GET', path)).status, 401)

      const kept = (await as('GET', '?include_inactive=true')).body[many]
      assert.deepEqual(
        kept.filter(({ id }: { id: string }) => id === item.id || id === other.id),
        [other, item],
      )
    })
  }

  test(`${prefix}: there are categories from the start, and the general one stays as it is`, async (t) => {
    const { team, admin } = await aTeam(t, prefix)
    const as = (method: string, tail: string, body?: unknown) =>
      team(method, `/job-categories${tail}`, { token: admin.token, body })

    const { categories } = (await as('GET', '')).body
    const general = categories.find(({ slug }: { slug: string }) => slug === 'general')

    assert.ok(
      categories.some(
        ({ slug, name }: { slug: string; name: string }) => slug === 'dr-testing' && name === 'DR Testing',
      ),
    )
    assert.equal((await as('PUT', `/${general.id}`, { name: 'General' })).status, 200)
    refused(await as('PUT', `/${general.id}`, { name: 'Special' }), 400, 'Invalid payload')
    refused(await as('DELETE', `/${general.id}`), 400, 'Invalid payload')
  })

  test(`${prefix}: a team has a handle in Slack`, async (t) => {
    const { team, admin } = await aTeam(t, prefix)
    const as = (method: string, tail: string, body?: unknown) =>
      team(method, `/pic-teams${tail}`, { token: admin.token, body })

    refused(await as('POST', '', { name: 'Payments' }), 400, 'Missing required fields', '"slack_handle" is required.')
    const { pic_team } = (await as('POST', '', { name: 'Payments', slack_handle: '@pay' })).body
    refused(await as('PUT', `/${pic_team.id}`, { slack_handle: '' }), 400, 'Invalid payload')
    const changed = await as('PUT', `/${pic_team.id}`, { slack_handle: '@payments' })

    assert.deepEqual([changed.body.pic_team.slack_handle, changed.body.pic_team.slug], ['@payments', 'payments'])
  })
}
