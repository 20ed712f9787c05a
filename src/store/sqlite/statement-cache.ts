/** Prepared statements by their text: preparing one costs ten times what running it does. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Statement, StatementResult } from '../sql/unit.ts'

/** Texts are few (values are parameters), but a list of ids makes one for each length. */
const MOST_STATEMENTS = 300

export type StatementCache = { readonly run: (statement: Statement) => StatementResult }

export const statementCache = (db: DatabaseSync): StatementCache => {
  const prepared = new Map<string, StatementSync>()

  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const oldest = prepared.size >= MOST_STATEMENTS ? prepared.keys().next().value : undefined
    if (oldest !== undefined) prepared.delete(oldest)
    const statement = db.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }

  return {
    run: ({ sql, parameters, more }) => {
      const statement = prepare(sql)
      if (statement.columns().length > 0) return { changes: 0, rows: statement.all(...bindable(parameters)) }
      let changes = Number(statement.run(...bindable(parameters)).changes)
      for (const next of more ?? []) changes += Number(statement.run(...bindable(next)).changes)
      return { changes, rows: [] }
    },
  }
}

// Kysely types parameters as unknown; the shared queries bind texts, numbers and null only.
const bindable = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[]
