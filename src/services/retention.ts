/** How long a workspace keeps its executions, within what the operator keeps. */
import type { Actor } from '../domain/actor.ts'
import { invalid } from '../domain/errors.ts'
import { type RetentionChoice, type RetentionRules, rulesFor } from '../domain/retention.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { noting } from './noting.ts'
import { written } from './written.ts'

export type RetentionView = {
  /** In force: the choice where there is one, else the operator's. */
  readonly rules: RetentionRules
  readonly choice: RetentionChoice
  /** The operator's: the most that a workspace may keep. */
  readonly bounds: RetentionRules
  /** From this instant on every occurrence has its row; null: from the very first one. */
  readonly completeSince: number | null
  readonly version: number
}

export type RetentionEdit = { readonly [Rule in keyof RetentionChoice]?: number | null | undefined }

export type Retention = {
  readonly get: (actor: Actor) => Promise<RetentionView>
  readonly change: (actor: Actor, edit: RetentionEdit, ifVersion: number | null) => Promise<RetentionView>
}

const NOTHING_CHOSEN: RetentionChoice = { successDays: null, otherDays: null, runsPerJob: null }

export const createRetention = (deps: Deps): Retention => {
  const { store, clock, retentionBounds: bounds, log } = deps

  const read = async (workspaceKey: number) => {
    const row = await store.retention.choice(workspaceKey)
    // A workspace that has chosen nothing has no row, and is at version 1 for those who ask.
    return row === null ? { ...NOTHING_CHOSEN, version: 1 } : { ...row, version: row.version + 1 }
  }

  const view = async (workspaceKey: number): Promise<RetentionView> => {
    const { successDays, otherDays, runsPerJob, version } = await read(workspaceKey)
    const choice = { successDays, otherDays, runsPerJob }
    return {
      rules: rulesFor(bounds, choice),
      choice,
      bounds,
      completeSince: await store.retention.completeSince(workspaceKey, null),
      version,
    }
  }

  return {
    get: (actor) => {
      allow(actor, 'retention.view', null)
      return view(actor.workspaceKey)
    },
    change: async (actor, edit, ifVersion) => {
      allow(actor, 'retention.change', null)
      const { workspaceKey } = actor
      for (const rule of RULES) checkRule(rule, edit[rule], bounds[rule])
      const workspaceId = (await store.people.workspaceByKey(workspaceKey))?.id ?? ''
      await written({
        ifVersion,
        read: () => read(workspaceKey),
        write: ({ version, ...chosen }) => {
          const choice = merged(chosen, edit)
          const facts = ({ successDays, otherDays, runsPerJob }: RetentionChoice) => ({
            success_days: successDays,
            other_days: otherDays,
            runs_per_job: runsPerJob,
          })
          const note = {
            deed: 'retention.changed',
            subject: { kind: 'workspace', id: workspaceId },
            before: facts(chosen),
            after: facts(choice),
          } as const
          const { retention } = noting(deps, actor, note)
          return retention.choose(workspaceKey, choice, { version: version - 1, now: clock.now() })
        },
      })
      log.info('the retention of a workspace was changed', { workspace_key: workspaceKey, ...edit })
      return view(workspaceKey)
    },
  }
}

const RULES = ['successDays', 'otherDays', 'runsPerJob'] as const

const checkRule = (rule: keyof RetentionRules, value: number | null | undefined, most: number): void => {
  if (value == null || (Number.isInteger(value) && value >= 1 && value <= most)) return
  throw invalid(
    rule,
    value,
    `give a whole number from 1 to ${most}, which is what the operator keeps; null for just that`,
  )
}

const merged = (chosen: RetentionChoice, edit: RetentionEdit): RetentionChoice => ({
  successDays: edit.successDays === undefined ? chosen.successDays : edit.successDays,
  otherDays: edit.otherDays === undefined ? chosen.otherDays : edit.otherDays,
  runsPerJob: edit.runsPerJob === undefined ? chosen.runsPerJob : edit.runsPerJob,
})
