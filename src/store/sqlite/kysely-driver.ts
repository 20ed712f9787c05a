/** Kysely over the reader's thread: it builds the text, the thread runs it. Writes never pass here. */
import { type CompiledQuery, type DatabaseConnection, Kysely, type QueryResult, SqliteDialect } from 'kysely'
import type { Tables } from '../sql/tables.ts'
import type { Statement, StatementResult } from '../sql/unit.ts'

export type RunQuery = (query: Statement) => Promise<StatementResult['rows']>

export const kyselyOver = (run: RunQuery): Kysely<Tables> => {
  const connection: DatabaseConnection = {
    executeQuery: async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => ({
      rows: (await run({ sql, parameters })) as Row[],
    }),
    streamQuery: () => {
      throw new Error('A query crosses from its thread whole.')
    },
  }
  const refuse = () => Promise.reject(new Error('Transactions belong to the writer: send it a unit.'))
  const nothing = () => Promise.resolve()

  class ThreadDialect extends SqliteDialect {
    override createDriver() {
      return {
        init: nothing,
        acquireConnection: () => Promise.resolve(connection),
        releaseConnection: nothing,
        beginTransaction: refuse,
        commitTransaction: refuse,
        rollbackTransaction: refuse,
        destroy: nothing,
      }
    }
  }
  return new Kysely<Tables>({ dialect: new ThreadDialect({ database: refuse }) })
}
