/** Many jobs at once: all are checked before the first is made, and they are made in batches that are whole or not there. */
import type { Actor } from '../domain/actor.ts'
import { DomainError, externalIdTaken, type FieldError, invalid, nameTaken } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'
import type { NewJob } from '../store/store.ts'
import type { Deps } from './deps.ts'
import type { JobInput } from './job-draft.ts'
import { placesOf } from './job-places.ts'
import { createNewJobs, type Identity, noteOfNew, type SavingChoice } from './new-job.ts'
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

export type RowFault = { readonly row: number; readonly error: DomainError }

export const createImport = (deps: Deps) => {
  const { auth, signals, store } = deps
  const { ownerFor, newJobOf, refuseUnknown } = createNewJobs(deps)

  /** Throws a DomainError for a row that is wrong. */
  const bornOf = async (input: JobInput, identity: Identity, choice: SavingChoice = {}): Promise<NewJob> => {
    // One that is imported paused may be over already.
    const { job, newSecret } = newJobOf(input, identity, { mayBeOver: input.enabled === false, ...choice })
    if (newSecret !== null) throw invalid('target.signing.secret', undefined, 'give it: an import shows no secret')
    await refuseUnknown(job)
    return { ...job, ...(await placesOf(store, identity.workspaceKey, input)) }
  }

  /** `seen`: those of rows before. A job that is there under the same id was made by an earlier try of the same request. */
  const refuseTakenId = async ({ workspaceKey, id, externalId }: NewJob, seen: Set<string>): Promise<void> => {
    if (typeof externalId !== 'string') return
    const filter = { externalId, sort: 'created_at', descending: false, cursor: null, limit: 1 } as const
    const [holder] = (await store.jobs.list(workspaceKey, filter)).items
    if (seen.has(externalId) || (holder !== undefined && holder.id !== id)) throw externalIdTaken(externalId)
    seen.add(externalId)
  }

  const save = (actor: Actor, batch: readonly NewJob[]): Promise<boolean> =>
    noting(deps, actor, ...batch.map((job) => noteOfNew(auth.secrets, job, 'job.imported'))).jobs.createMany(batch)

  const importJobs = async (
    actor: Actor,
    { count, rowAt }: ImportRows,
    { dryRun, idFor = () => newId() }: ImportChoice,
  ): Promise<readonly Imported[]> => {
    const ownerId = await ownerFor(actor, undefined)
    if (count > MOST_IMPORTED) throw invalid('jobs', count, `at most ${MOST_IMPORTED} jobs at once`)
    const faults: FieldError[] = []
    const made: NewJob[] = []
    const externalIds = new Set<string>()
    for (let row = 0; row < count && faults.length < MOST_FAULTS; row++) {
      if (row % STEP === 0) await turn()
      try {
        const input = rowAt(row)
        const identity = { id: idFor(row), workspaceKey: actor.workspaceKey, ownerId }
        // What was exported after its end date comes back as it was.
        const job = await bornOf(input, identity, { mayHaveEnded: input.enabled === false })
        await refuseTakenId(job, externalIds)
        made.push(job)
      } catch (error) {
        faults.push(...faultsOf(error, row))
      }
    }
    if (faults.length > 0) throw wrongRows(faults)
    if (!dryRun) {
      // A batch that is there already was made by an earlier try of the same request.
      for (const batch of batchesOf(made)) await save(actor, batch)
      signals.wake()
    }
    return made.map(({ id, name }, row) => ({ row, id, name }))
  }

  /** Makes a job of each row that is right, under a name that no other job has; the others are told. */
  const importEach = async (
    actor: Actor,
    { count, rowAt }: ImportRows,
    { dryRun, idFor = () => newId(), mayBeOver }: ImportChoice & Pick<SavingChoice, 'mayBeOver'>,
  ): Promise<{ readonly made: readonly Imported[]; readonly faults: readonly RowFault[] }> => {
    const ownerId = await ownerFor(actor, undefined)
    if (count > MOST_IMPORTED) throw invalid('jobs', count, `at most ${MOST_IMPORTED} jobs at once`)
    const { workspaceKey } = actor
    const faults: RowFault[] = []
    const right: { readonly row: number; readonly job: NewJob; readonly isMade: boolean }[] = []
    const names = new Set<string>()
    for (let row = 0; row < count; row++) {
      if (row % STEP === 0) await turn()
      try {
        const input = rowAt(row)
        const isPaused = input.enabled === false
        const choice = { mayBeOver: mayBeOver || isPaused, mayHaveEnded: isPaused }
        const job = await bornOf(input, { id: idFor(row), workspaceKey, ownerId }, choice)
        // One that is there already was made by an earlier try of the same request.
        const isMade = (await store.jobs.byId(workspaceKey, job.id)) !== null
        if (!isMade && (names.has(job.name) || (await store.jobs.isNamed(workspaceKey, job.name, null))))
          throw nameTaken(job.name)
        names.add(job.name)
        right.push({ row, job: { ...job, uniqueName: true }, isMade })
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        faults.push({ row, error })
      }
    }
    const lost = new Set<number>()
    const saveAll = async (some: typeof right): Promise<void> => {
      try {
        const jobs = some.map(({ job }) => job)
        if ((await save(actor, jobs)) || some.length === 1) return
      } catch (error) {
        if (!(error instanceof DomainError) || error.code !== 'conflict') throw error
        const [only, ...others] = some
        if (only !== undefined && others.length === 0) {
          lost.add(only.row)
          faults.push({ row: only.row, error: nameTaken(only.job.name) })
          return
        }
      }
      // Somebody took a name meanwhile, or makes the same jobs: which ones shows when each is saved alone.
      for (const one of some) await saveAll([one])
    }
    if (!dryRun) {
      for (const batch of batchesOf(right.filter(({ isMade }) => !isMade))) await saveAll(batch)
      signals.wake()
    }
    const made = right.filter(({ row }) => !lost.has(row)).map(({ row, job: { id, name } }) => ({ row, id, name }))
    return { made, faults: faults.sort((a, b) => a.row - b.row) }
  }

  return { importJobs, importEach }
}

const batchesOf = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / IMPORT_BATCH) }, (_, index) =>
    items.slice(index * IMPORT_BATCH, (index + 1) * IMPORT_BATCH),
  )

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
