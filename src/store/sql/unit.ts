/** What shared queries ask of an engine: a connection to read from, and units of statements written together or not at all. */
import type { CompiledQuery, Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export type Statement = {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** The same statement again, with these. */
  readonly more?: readonly (readonly unknown[])[]
  /** Rows it must change; any other number undoes the whole unit. */
  readonly expect?: number
}

/** `rows` of a select; `changes` of all else. */
export type StatementResult = { readonly changes: number; readonly rows: readonly object[] }

export type Access = {
  /** Reads what is committed; also the builder of statements for `write`. */
  readonly read: Kysely<Tables>
  /** One transaction; null when an expectation was not met. Rejects with `DuplicateKey` when a unique key is taken. */
  readonly write: (unit: readonly Statement[]) => Promise<readonly StatementResult[] | null>
}

export class DuplicateKey extends Error {}

type Compilable = { readonly compile: () => CompiledQuery }

export const statement = (query: Compilable, expect?: number): Statement => {
  const { sql, parameters } = query.compile()
  return expect === undefined ? { sql, parameters } : { sql, parameters, expect }
}

/** The row that the last statement of a unit read back. */
export const lastRow = (results: readonly StatementResult[] | null): object | undefined => results?.at(-1)?.rows[0]
