/** Retention between the wire and the use cases. */
import type { RetentionEdit, RetentionView } from '../../services/services.ts'
import type { Retention, RetentionUpdate } from '../contract/retention.ts'
import { instantOrNull } from './values.ts'

type Rules<Value> = { readonly successDays: Value; readonly otherDays: Value; readonly runsPerJob: Value }

const rulesToWire = <Value>({ successDays, otherDays, runsPerJob }: Rules<Value>) => ({
  success_days: successDays,
  other_days: otherDays,
  runs_per_job: runsPerJob,
})

export const retentionToWire = ({ rules, choice, bounds, completeSince, version }: RetentionView): Retention => ({
  rules: rulesToWire(rules),
  choice: rulesToWire(choice),
  bounds: rulesToWire(bounds),
  history_complete_since: instantOrNull(completeSince),
  version,
})

export const retentionEdit = ({ success_days, other_days, runs_per_job }: RetentionUpdate): RetentionEdit => ({
  successDays: success_days,
  otherDays: other_days,
  runsPerJob: runs_per_job,
})
