/** A team with one person of each role, and the few moves that most tests of jobs begin with. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Person, Reply } from '../../support/api-world.ts'
import { aTeam, type Prefix, type TeamWorld } from './world.ts'

export type Workshop = TeamWorld & {
  readonly user: Person
  readonly viewer: Person
  /** Asks for a job; `undefined` among the fields leaves one out. */
  readonly made: (who: Person, fields: object) => Promise<Reply>
  readonly change: (who: Person, id: string, fields: object) => Promise<Reply>
}

/** The least that the prefix takes: the second one wants an end date and a team. */
export const jobBody = (prefix: Prefix, fields: object): object => ({
  name: 'Hourly Health Check',
  cron_expression: '0 * * * *',
  target_url: 'https://api.example.com/health',
  ...(prefix === '/api' ? {} : { end_date: '2026-12-31', pic_team: 'payments' }),
  ...fields,
})

/** With the team `payments`, and a disabled one, `retired`. */
export const aWorkshop = async (
  t: TestContext,
  prefix: Prefix,
  options: Parameters<typeof aTeam>[2] = {},
): Promise<Workshop> => {
  const world = await aTeam(t, prefix, options)
  const { team, admin, colleague } = world
  for (const name of ['Payments', 'Retired']) {
    const reply = await team('POST', '/pic-teams', { token: admin.token, body: { name, slack_handle: '@them' } })
    assert.equal(reply.status, 201, reply.text)
    if (name === 'Retired') await team('DELETE', `/pic-teams/${reply.body.pic_team.id}`, { token: admin.token })
  }
  return {
    ...world,
    user: await colleague('user'),
    viewer: await colleague('viewer'),
    made: ({ token }, fields) => team('POST', '/jobs', { token, body: jobBody(prefix, fields) }),
    change: ({ token }, id, fields) => team('PUT', `/jobs/${id}`, { token, body: fields }),
  }
}
