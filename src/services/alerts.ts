/** Who hears of a job: shown, changed, and put to sleep for a while. */
import type { Actor } from '../domain/actor.ts'
import { DEFAULT_ALERTS, type JobAlerts } from '../domain/alerts.ts'
import type { FieldError } from '../domain/errors.ts'
import { isId } from '../domain/ids.ts'
import { type AlertsEdit, mergedAlerts } from './alert-rules.ts'
import { allowSome, jobFor } from './authorise.ts'
import type { Deps } from './deps.ts'
import { refuse } from './fields.ts'
import { noting } from './noting.ts'
import { written } from './written.ts'

/** Of the alerts, which change apart from the job. */
export type AlertsView = JobAlerts & { readonly version: number }

export type Alerts = {
  readonly get: (actor: Actor, jobId: string) => Promise<AlertsView>
  /** By id of the job; ids that are not there are left out. */
  readonly of: (actor: Actor, jobIds: readonly string[]) => Promise<ReadonlyMap<string, AlertsView>>
  readonly set: (actor: Actor, jobId: string, edit: AlertsEdit, ifVersion: number | null) => Promise<AlertsView>
}

const UNSAID: AlertsView = { ...DEFAULT_ALERTS, version: 1 }

export const createAlerts = (deps: Deps): Alerts => {
  const { store } = deps

  const read = async (jobKey: number): Promise<AlertsView> => {
    const row = (await store.alerts.of([jobKey])).get(jobKey)
    return row === undefined ? UNSAID : { ...row.alerts, version: row.version + 1 }
  }

  return {
    get: async (actor, jobId) => read((await jobFor(store, actor, 'job.view', jobId)).key),
    of: async (actor, jobIds) => {
      allowSome(actor, 'job.view')
      const subjects = await store.outbox.subjects(actor.workspaceKey, jobIds)
      const rows = await store.alerts.of([...subjects.values()].map(({ jobKey }) => jobKey))
      return new Map(
        [...subjects.values()].map(({ id, jobKey }) => {
          const row = rows.get(jobKey)
          return [id, row === undefined ? UNSAID : { ...row.alerts, version: row.version + 1 }]
        }),
      )
    },
    set: async (actor, jobId, edit, ifVersion) => {
      const job = await jobFor(store, actor, 'job.change', jobId)
      return written({
        ifVersion,
        read: () => read(job.key),
        write: async ({ version, ...kept }) => {
          const alerts = mergedAlerts(kept, edit)
          await refuseStrangers(deps, job.workspaceKey, alerts, kept)
          const note = {
            deed: 'job.alerts_changed',
            subject: { kind: 'job', id: job.id },
            before: kept,
            after: alerts,
          } as const
          const isSet = await noting(deps, actor, note).alerts.set(job, alerts, version - 1)
          return isSet ? { ...alerts, version: version + 1 } : null
        },
      })
    },
  }
}

/**
 * Users and webhook channels that are not of this workspace are told like unknown ones. Those that `kept` names already stay,
 * also when they are gone since: nobody should have to tidy up before a snooze.
 */
export const refuseStrangers = async (
  { store }: Pick<Deps, 'store'>,
  workspaceKey: number,
  { rules }: JobAlerts,
  kept: JobAlerts | null = null,
): Promise<void> => {
  const known = new Set(kept?.rules.flatMap(({ via }) => [...via.inbox, ...via.webhooks]))
  const faults: FieldError[] = []
  for (const [at, { via }] of rules.entries()) {
    for (const id of via.inbox) {
      if (known.has(id)) continue
      const user = isId(id) ? await store.people.userById(id) : null
      if (user?.workspaceKey === workspaceKey) continue
      faults.push({
        field: `alerts.rules[${at}].via.inbox`,
        value: id,
        message: 'no user of the workspace has this id',
      })
    }
    for (const id of via.webhooks) {
      if (known.has(id) || (isId(id) && (await store.channels.webhook(workspaceKey, id)) !== null)) continue
      faults.push({ field: `alerts.rules[${at}].via.webhooks`, value: id, message: 'no webhook channel has this id' })
    }
  }
  refuse(faults)
}
