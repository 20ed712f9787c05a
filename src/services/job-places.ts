/** Which category and which team a job is given, as somebody wrote it: by id, slug or name. */
import type { CatalogEntry, CatalogKind } from '../domain/catalog.ts'
import { invalid } from '../domain/errors.ts'
import type { Job } from '../domain/job.ts'
import type { Store } from '../store/store.ts'

export type PlaceInput = { readonly category?: string | null | undefined; readonly team?: string | null | undefined }

export type Places = Partial<Pick<Job, 'categoryKey' | 'teamKey'>>

/** A category or team in few words, as jobs show it. */
export type PlaceView = Pick<CatalogEntry, 'id' | 'slug' | 'name' | 'active'>
export type TeamPlaceView = PlaceView & Pick<CatalogEntry, 'slackHandle'>

/** Throws `invalid` for one that is unknown, or inactive and not the job's already. */
export const placesOf = async (
  { catalog }: Pick<Store, 'catalog'>,
  workspaceKey: number,
  { category, team }: PlaceInput,
  before: Places = {},
): Promise<Places> => {
  const keyOf = async (kind: CatalogKind, text: string, present: number | null | undefined): Promise<number> => {
    const entry = await catalog.find(workspaceKey, kind, text)
    if (entry === null) throw invalid(kind, text, `give the id, slug or name of a ${kind} of this workspace`)
    if (!entry.active && entry.key !== present)
      throw invalid(kind, text, `this ${kind} is disabled; choose another one`)
    return entry.key
  }
  return {
    ...(category !== undefined && {
      categoryKey: category === null ? null : await keyOf('category', category, before.categoryKey),
    }),
    ...(team !== undefined && { teamKey: team === null ? null : await keyOf('team', team, before.teamKey) }),
  }
}

/** The entries of many jobs, read at once. */
export const placesShown = async (
  { catalog }: Pick<Store, 'catalog'>,
  workspaceKey: number,
  jobs: readonly Pick<Job, 'categoryKey' | 'teamKey'>[],
): Promise<
  (job: Pick<Job, 'categoryKey' | 'teamKey'>) => { category: PlaceView | null; team: TeamPlaceView | null }
> => {
  const keys = new Set(jobs.flatMap(({ categoryKey, teamKey }) => [categoryKey, teamKey]).filter((key) => key !== null))
  const entries = await catalog.byKeys(workspaceKey, [...keys])
  const placeOf = (key: number | null): PlaceView | null => {
    const entry = key === null ? undefined : entries.get(key)
    return entry === undefined ? null : { id: entry.id, slug: entry.slug, name: entry.name, active: entry.active }
  }
  return ({ categoryKey, teamKey }) => {
    const team = placeOf(teamKey)
    const slackHandle = teamKey === null ? null : (entries.get(teamKey)?.slackHandle ?? null)
    return { category: placeOf(categoryKey), team: team === null ? null : { ...team, slackHandle } }
  }
}
