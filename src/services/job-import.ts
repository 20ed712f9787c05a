/** Many jobs at once: all are checked before the first is made, and they are made in batches that are whole or not there. */
import type { Actor } from '../domain/actor.ts'
import { DomainError, type FieldError, invalid } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'
import type { NewJob } from '../store/store.ts'
import type { Deps } from './deps.ts'
import type { JobInput } from './job-draft.ts'
import { placesOf } from './job-places.ts'
import { createNewJobs, noteOfNew } from './new-job.ts'
import { noting } from './noting.ts'
import { turn } from './turns.ts'

export type Imported = { readonly row: number; readonly id: string; readonly name: string }

export type ImportRows = {
  readonly count: number
  /** Throws a DomainError for a row that is wrong. */
  readonly rowAt: (row: number) => JobInput
}

export type ImportChoice = {
  /** Only check. */
  readonly dryRun: boolean
  /** For a request that may be repeated: rows that are there already are not made again. */
  readonly idFor?: ((row: number) => string) | undefined
}

const MOST_IMPORTED = 10_000
/** What one transaction makes: some milliseconds of the writer, which others wait for. */
const IMPORT_BATCH = 500
/** Rows that are checked before others have a turn. */
const STEP = 50
/** Beyond so many wrong fields nobody reads on. */
const MOST_FAULTS = 100

export const createImport = (deps: Deps) => {
  const { auth, signals, store } = deps
  const { ownerFor, newJobOf, refuseUnknown } = createNewJobs(deps)

  return async (
    actor: Actor,
    { count, rowAt }: ImportRows,
    { dryRun, idFor = () => newId() }: ImportChoice,
  ): Promise<readonly Imported[]> => {
    const ownerId = await ownerFor(actor, undefined)
    if (count > MOST_IMPORTED) throw invalid('jobs', count, `at most ${MOST_IMPORTED} jobs at once`)
    const faults: FieldError[] = []
    const made: NewJob[] = []
    for (let row = 0; row < count && faults.length < MOST_FAULTS; row++) {
      if (row % STEP === 0) await turn()
      try {
        const input = rowAt(row)
        const { job, newSecret } = newJobOf(
          input,
          { id: idFor(row), workspaceKey: actor.workspaceKey, ownerId },
          // One that is imported paused may be over already.
          { mayBeOver: input.enabled === false, mayHaveEnded: input.enabled === false },
        )
        if (newSecret !== null) throw invalid('target.signing.secret', undefined, 'give it: an import shows no secret')
        await refuseUnknown(job)
        made.push({ ...job, ...(await placesOf(store, actor.workspaceKey, input)) })
      } catch (error) {
        faults.push(...faultsOf(error, row))
      }
    }
    if (faults.length > 0) throw wrongRows(faults)
    if (!dryRun) {
      // A batch that is there already was made by an earlier try of the same request.
      for (let at = 0; at < made.length; at += IMPORT_BATCH) {
        const batch = made.slice(at, at + IMPORT_BATCH)
        const notes = batch.map((job) => noteOfNew(auth.secrets, job))
        await noting(deps, actor, ...notes).jobs.createMany(batch)
      }
      signals.wake()
    }
    return made.map(({ id, name }, row) => ({ row, id, name }))
  }
}

/** Each fault under the name of its row. */
const faultsOf = (error: unknown, row: number): FieldError[] => {
  if (!(error instanceof DomainError)) throw error
  const at = `jobs[${row}]`
  if (error.errors.length === 0) return [{ field: at, message: error.message }]
  return error.errors.map((fault) => {
    const field = fault.field.replace(/^timetable\./, '')
    return { ...fault, field: field === '' ? at : `${at}.${field}` }
  })
}

const wrongRows = (faults: readonly FieldError[]): DomainError => {
  const shown = faults.slice(0, MOST_FAULTS)
  return new DomainError('invalid', `${shown[0]?.field}: ${shown[0]?.message}. Nothing was made.`, { errors: shown })
}
