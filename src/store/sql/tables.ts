/** The tables as the shared queries see them; every engine's migrations make the same. */
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** Set when the row is made, then never. */
type Fixed<Value> = ColumnType<Value, Value, never>

export type Tables = {
  migration: { number: Fixed<number>; name: Fixed<string>; checksum: Fixed<string>; applied_at: Fixed<number> }
  workspace: WorkspaceTable
  user: UserTable
  session: SessionTable
  server_value: { name: Fixed<string>; value: string }
  node: NodeTable
  job: JobTable
  due: DueTable
  execution: ExecutionTable
  attempt: AttemptTable
  run_limit: RunLimitTable
  limit_use: { limit_key: number; workspace_key: number; execution_id: string }
  catch_up_pace: { workspace_key: Fixed<number>; slot: Fixed<number>; started: number }
  event: EventTable
  interest: InterestTable
  audit: AuditTable
  audit_head: AuditHeadTable
  job_history: JobHistoryTable
  outage: { from_at: number; until_at: number }
  api_key: ApiKeyTable
  ticket: TicketTable
  github_run: GithubRunTable
  report: ReportTable
  retention: RetentionTable
  retention_floor: { workspace_key: number; job_key: number; complete_since: number }
  rollup_hour: { workspace_key: number; hour: number; state: number; complete: number; cursor: string | null }
  rollup: RollupTable
  catalog: CatalogTable
}

export type CatalogTable = {
  key: Generated<number>
  id: Fixed<string>
  workspace_key: Fixed<number>
  kind: Fixed<string>
  slug: string
  name: string
  slack_handle: string | null
  active: number
  version: number
  created_at: Fixed<number>
  updated_at: number
}

export type WorkspaceTable = {
  key: Generated<number>
  id: Fixed<string>
  name: string
  created_at: Fixed<number>
  catch_up_paused_at: Generated<number | null>
}

export type UserTable = {
  key: Generated<number>
  id: Fixed<string>
  workspace_key: Fixed<number>
  username: string
  username_key: string
  email: string
  email_key: string
  full_name: string | null
  password_hash: string
  role: string
  enabled: number
  version: number
  created_at: Fixed<number>
  updated_at: number
  last_login_at: number | null
}

export type SessionTable = {
  id: Fixed<string>
  user_id: Fixed<string>
  created_at: Fixed<number>
  expires_at: number
  revoked_at: number | null
  refresh_hash: string
  previous_hash: string | null
  rotated_at: number | null
  sealed_successor: string | null
  address: string | null
  user_agent: string | null
}

export type NodeTable = {
  key: Generated<number>
  id: Fixed<string>
  host: Fixed<string>
  pid: Fixed<number>
  started_at: Fixed<number>
  lease_until: number
  swept: number
}

export type JobTable = {
  key: Generated<number>
  id: Fixed<string>
  workspace_key: Fixed<number>
  owner_key: number
  state: number
  schedule_version: number
  version: number
  runs: number
  created_at: Fixed<number>
  updated_at: number
  name: string
  policies: string | null
  timetable: string
  target: string
  description: string | null
  metadata: string | null
  pause_reason: number | null
  paused_at: number | null
  missed_after: number | null
  crashes: number
  crashed_node: number | null
  resumed_at: number | null
  deleted_at: number | null
  category_key: number | null
  team_key: number | null
  external_id: string | null
  /** Read from the timetable by the database. */
  ends_on: GeneratedAlways<string | null>
}

export type DueTable = { next_run_at: number; job_key: number; schedule_version: number }

export type ExecutionTable = {
  key: Generated<number>
  workspace_key: number
  id: string
  job_key: number
  schedule_version: number | null
  scheduled_for: number
  last_for: number | null
  occurrences: number
  trigger: number
  status: number
  reason: number | null
  attempt: number
  node_key: number | null
  not_before: number | null
  exclusive: number
  parked: number
  started_at: number | null
  finished_at: number | null
  status_code: number | null
  requested_by: string | null
  overrides: string | null
  error: string | null
  output: string | null
  waits_for: Generated<number | null>
}

export type AttemptTable = {
  workspace_key: number
  execution_id: string
  number: number
  status: number
  started_at: number | null
  finished_at: number | null
  status_code: number | null
  error: string | null
  output: string | null
}

export type RunLimitTable = {
  key: Generated<number>
  workspace_key: Fixed<number>
  kind: Fixed<number>
  name: Fixed<string>
  concurrency: number | null
  rate_count: number | null
  rate_per_ms: number | null
  rate_burst: number | null
  token_at: number
  token_part: number
  wake_at: number | null
  version: number
  created_at: Fixed<number>
  updated_at: number
}

export type EventTable = {
  workspace_key: Fixed<number>
  number: Fixed<number>
  at: Fixed<number>
  type: Fixed<string>
  subject_kind: Fixed<string>
  subject_id: Fixed<string>
  job_id: Fixed<string | null>
  actor_id: Fixed<string | null>
  data: Fixed<string>
}

export type InterestTable = {
  id: Fixed<string>
  workspace_key: number
  job_key: number | null
  types: string | null
  expires_at: number | null
}

export type AuditTable = {
  workspace_key: Fixed<number>
  number: Fixed<number>
  at: Fixed<number>
  actor_kind: Fixed<string>
  actor_id: Fixed<string | null>
  address: Fixed<string | null>
  user_agent: Fixed<string | null>
  deed: Fixed<string>
  subject_kind: Fixed<string>
  subject_id: Fixed<string>
  job_id: Fixed<string | null>
  fingerprint_before: Fixed<string | null>
  fingerprint_after: Fixed<string | null>
  fields: Fixed<string>
  hash: Fixed<string>
}

export type AuditHeadTable = {
  workspace_key: Fixed<number>
  number: number
  hash: string
  anchor_number: number
  anchor_hash: string
}

export type JobHistoryTable = {
  job_key: Fixed<number>
  version: Fixed<number>
  schedule_version: Fixed<number>
  from_at: Fixed<number>
  until_at: Fixed<number>
  left_by: Fixed<string>
  changed_by: Fixed<string | null>
  state: Fixed<number>
  pause_reason: Fixed<number | null>
  paused_at: Fixed<number | null>
  runs: Fixed<number>
  updated_at: Fixed<number>
  owner_key: Fixed<number>
  name: Fixed<string>
  description: Fixed<string | null>
  timetable: Fixed<string>
  target: string
  policies: Fixed<string | null>
  metadata: Fixed<string | null>
  category_key: Fixed<number | null>
  team_key: Fixed<number | null>
}

export type ApiKeyTable = {
  key: Generated<number>
  id: Fixed<string>
  public_id: Fixed<string>
  workspace_key: Fixed<number>
  user_id: Fixed<string>
  name: string
  hash: Fixed<string>
  scopes: string
  version: number
  created_at: Fixed<number>
  updated_at: number
  expires_at: number
  last_used_at: number | null
  last_used_address: string | null
  revoked_at: number | null
}

export type TicketTable = {
  key: Generated<number>
  workspace_key: Fixed<number>
  actor_id: Fixed<string>
  key_hash: Fixed<string>
  request_hash: Fixed<string>
  seed: Fixed<string>
  fence: number
  held_by: string | null
  held_at: number
  created_at: Fixed<number>
  expires_at: Fixed<number>
  done: number
  status: number | null
  headers: string | null
  sealed_body: string | null
}

export type GithubRunTable = {
  workspace_key: Fixed<number>
  execution_id: Fixed<string>
  sent_at: number
  run_id: number | null
  judged: number
}

export type ReportTable = {
  workspace_key: Fixed<number>
  execution_id: Fixed<string>
  attempt: number
  percent: number | null
  message: string | null
  log: string
  log_dropped: number
  reported_at: number
  final_attempt: number | null
  final_digest: string | null
}

export type RetentionTable = {
  workspace_key: number
  success_days: number | null
  other_days: number | null
  runs_per_job: number | null
  version: number
  updated_at: number
}

export type RollupTable = {
  workspace_key: number
  job_key: number
  hour: number
  executions: number
  success: number
  failed: number
  cancelled: number
  uncertain: number
  skipped: number
  missed: number
  durations: string
  lateness: string
  latest_ms: number | null
}
