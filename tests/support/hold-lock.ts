/** A child process for tests: joins as the scheduling node of the store named on its command line, says so, and stays. */
import { openSqliteStore } from '../../src/store/sqlite/database.ts'

const [, , path = ''] = process.argv
const store = await openSqliteStore({ path, onFault: (error) => process.stderr.write(`${error.message}\n`) })
const node = { id: 'child', host: 'here', pid: process.pid, startedAt: 0 }
const nodeKey = await store.ledger.join(node, 0, Number.MAX_SAFE_INTEGER)
process.stdout.write(nodeKey === null ? 'refused\n' : 'joined\n')
