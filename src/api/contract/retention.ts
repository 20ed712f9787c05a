/** How long executions are kept, on the wire. */
import { z } from 'zod'
import { Instant, strict, Version } from './values.ts'

const rule = z.int().min(1)

const RetentionRules = strict({
  success_days: rule.describe('Days that successful executions are kept; the last success of each job stays.'),
  other_days: rule.describe('Days that all others are kept; the first failure since the last success stays.'),
  runs_per_job: rule.describe('The newest executions of a job that are kept, within both ages.'),
})

const chosen = rule.nullable()

export const Retention = strict({
  rules: RetentionRules.describe('In force.'),
  choice: strict({ success_days: chosen, other_days: chosen, runs_per_job: chosen }).describe(
    'What the workspace chose; null: as the operator has it.',
  ),
  bounds: RetentionRules.describe('What the operator keeps: the most that a workspace may keep.'),
  history_complete_since: Instant.nullable().describe(
    'From then on every occurrence has its row; null: from the very first one.',
  ),
  version: Version,
}).meta({ id: 'Retention' })
export type Retention = z.infer<typeof Retention>

export const RetentionUpdate = strict({
  success_days: chosen.optional(),
  other_days: chosen.optional(),
  runs_per_job: chosen.optional(),
}).meta({ id: 'RetentionUpdate' })
export type RetentionUpdate = z.infer<typeof RetentionUpdate>
