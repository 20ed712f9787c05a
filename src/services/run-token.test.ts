/** The GitHub token of one run: sealed while the run is under way, gone from its row when it has ended, and never as it is in the file. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { anInput, aWorld, runWaiting } from '../../tests/support/services-world.ts'
import { leaks } from '../../tests/support/spellings.ts'
import { tempFolder } from '../../tests/support/temp-store.ts'

const TOKEN = 'ghs_of-this-run-alone'
const target = { kind: 'github', owner: 'octo', repo: 'app', workflow: 'deploy.yml' } as const

for (const ending of ['success', 'failed', 'cancelled', 'cancelled while it runs', 'deleted with its job'] as const) {
  test(`S93: a run that was told a token forgets it when it is over: ${ending}`, async (t) => {
    const path = join(tempFolder(t), 'carillon.db')
    const world = await aWorld(t, { path })
    const ada = await world.admin()
    const { jobs, executions } = world.services
    const job = await jobs.create(ada, anInput({ target }))
    const look = new DatabaseSync(path, { readOnly: true })
    const kept = (id: string) => look.prepare('select overrides from execution where id = ?').get(id)?.overrides

    const { id } = await jobs.run(ada, job.id, { token: TOKEN })

    const { sealed } = JSON.parse(String(kept(id))).token
    assert.equal(typeof sealed, 'string')
    assert.ok(!String(kept(id)).includes(TOKEN))
    if (ending === 'cancelled while it runs') await runWaiting(world, 'running')
    if (ending === 'deleted with its job') await jobs.delete(ada, job.id, null)
    else if (ending === 'success' || ending === 'failed') await runWaiting(world, ending)
    else await executions.cancel(ada, id)

    assert.equal(kept(id), null)
    look.close()
    await world.store.close()
    assert.deepEqual(leaks({ TOKEN }, [['the file', readFileSync(path)]]), [])
  })
}
