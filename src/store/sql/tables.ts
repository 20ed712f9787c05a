/** The tables as the shared queries see them; every engine's migrations make the same. */
import type { ColumnType, Generated } from 'kysely'

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
  retention: RetentionTable
  retention_floor: { workspace_key: number; job_key: number; complete_since: number }
  rollup_hour: { workspace_key: number; hour: number; state: number; complete: number; cursor: string | null }
  rollup: RollupTable
}

export type WorkspaceTable = { key: Generated<number>; id: Fixed<string>; name: string; created_at: Fixed<number> }

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
  resumed_at: number | null
  deleted_at: number | null
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
