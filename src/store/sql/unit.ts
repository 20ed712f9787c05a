/** What shared queries ask of an engine: a connection to read from, and units of statements written together or not at all. */
import type { CompiledQuery, Kysely, RawBuilder } from 'kysely'
import type { NewAuditEntry } from '../notes.ts'
import type { Tables } from './tables.ts'

export type Statement = {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** The same statement again, with these. */
  readonly more?: readonly (readonly unknown[])[]
  /** Rows it must change; any other number undoes the whole unit. */
  readonly expect?: number
  /** What it changes is none of what a deed is told for. */
  readonly silent?: boolean
}

/**
 * An entry for the chain of the audit log, if the statements before it changed anything. Its number and hash follow from
 * the entry before it: only whoever holds the transaction can tell them.
 */
export type Append = { readonly append: NewAuditEntry }

/** `rows` of a select; `changes` of all else. */
export type StatementResult = { readonly changes: number; readonly rows: readonly object[] }

export type Access = {
  /** Reads what is committed; also the builder of statements for `write`. */
  readonly read: Kysely<Tables>
  /** One transaction; null when an expectation was not met. Rejects with `DuplicateKey` when a unique key is taken. */
  readonly write: (unit: readonly (Statement | Append)[]) => Promise<readonly StatementResult[] | null>
  /** Who writes, for the history of what is changed; null: the server itself. */
  readonly by: string | null
}

/** The first write that changes something tells of the deeds in its transaction; what else is written then does not repeat it. */
export const noting = (access: Access, entries: readonly NewAuditEntry[]): Access => {
  let told = false
  return {
    ...access,
    by: entries[0]?.actor.id ?? null,
    write: async (unit) => {
      if (told) return access.write(unit)
      const results = await access.write([...unit, ...entries.map((append) => ({ append }))])
      told = results?.at(-1)?.changes === 1
      return results?.slice(0, unit.length) ?? null
    },
  }
}

export class DuplicateKey extends Error {}

type Compilable = { readonly compile: () => CompiledQuery }

export const statement = (query: Compilable, expect?: number): Statement => {
  const { sql, parameters } = query.compile()
  return expect === undefined ? { sql, parameters } : { sql, parameters, expect }
}

/** A statement written out, for what the builder has no words for. */
export const written = (read: Kysely<Tables>, text: RawBuilder<unknown>, expect?: number): Statement =>
  statement({ compile: () => text.compile(read) }, expect)

/** The row that the last statement of a unit read back. */
export const lastRow = (results: readonly StatementResult[] | null): object | undefined => results?.at(-1)?.rows[0]
