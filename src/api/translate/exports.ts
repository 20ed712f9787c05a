/** Jobs and executions as tables: which columns there are, and what stands in them. */
import type { ExecutionView, ExportedJob, JobView } from '../../services/services.ts'
import type { Execution } from '../contract/executions.ts'
import type { Job } from '../contract/jobs.ts'
import { type Cell, csvLine } from '../csv.ts'
import { executionToWire } from './executions.ts'
import { jobToExport } from './job-many.ts'
import { jobToWire } from './jobs.ts'

/** Of a job that runs by one cron expression alone. */
const cronOf = ({ schedules: [only, ...others] }: Job) => (only?.kind === 'cron' && others.length === 0 ? only : null)

type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>

const JOB_COLUMNS: Columns<Job> = {
  id: (job) => job.id,
  name: (job) => job.name,
  description: (job) => job.description,
  state: (job) => job.state,
  owner_id: (job) => job.owner_id,
  schedule: (job) => job.schedule_text,
  cron: (job) => cronOf(job)?.expression ?? null,
  time_zone: (job) => cronOf(job)?.time_zone ?? job.time_zone,
  next_run_at: (job) => job.next_run_at,
  last_run_at: (job) => job.last_run?.scheduled_for ?? null,
  last_status: (job) => job.last_run?.status ?? null,
  target_kind: (job) => job.target.kind,
  url: (job) => ('url' in job.target ? job.target.url : null),
  method: (job) => ('method' in job.target ? job.target.method : null),
  github_owner: (job) => ('owner' in job.target ? job.target.owner : null),
  github_repo: (job) => ('owner' in job.target ? job.target.repo : null),
  github_workflow: (job) => ('owner' in job.target ? job.target.workflow : null),
  branch: (job) => ('owner' in job.target ? job.target.ref : null),
  category: (job) => job.category?.slug ?? null,
  team: (job) => job.team?.slug ?? null,
  ends_on: (job) => job.ends_on,
  metadata: (job) => (Object.keys(job.metadata).length === 0 ? null : JSON.stringify(job.metadata)),
  version: (job) => job.version,
  created_at: (job) => job.created_at,
  updated_at: (job) => job.updated_at,
}

const EXECUTION_COLUMNS: Columns<Execution> = {
  id: (run) => run.id,
  job_id: (run) => run.job_id,
  job_name: (run) => run.job_name,
  trigger: (run) => run.trigger,
  status: (run) => run.status,
  reason: (run) => run.reason,
  scheduled_for: (run) => run.scheduled_for,
  last_for: (run) => run.last_for,
  occurrences: (run) => run.occurrences,
  attempt: (run) => run.attempt,
  started_at: (run) => run.started_at,
  finished_at: (run) => run.finished_at,
  duration_seconds: (run) => run.duration_seconds,
  lateness_seconds: (run) => run.lateness_seconds,
  status_code: (run) => run.status_code,
  error: (run) => run.error,
  requested_by: (run) => run.requested_by,
}

const tableOf = <Row>(columns: Columns<Row>) => ({
  head: csvLine(Object.keys(columns)),
  line: (row: Row) => csvLine(Object.values(columns).map((cell) => cell(row))),
})

export async function* jobsAsCsv(pages: AsyncIterable<readonly JobView[]>): AsyncGenerator<string> {
  const { head, line } = tableOf(JOB_COLUMNS)
  yield head
  for await (const page of pages) yield page.map((job) => line(jobToWire(job))).join('')
}

/** In the form of the body of an import. */
export async function* jobsAsJson(pages: AsyncIterable<readonly ExportedJob[]>): AsyncGenerator<string> {
  let before = '{"jobs":[\n'
  for await (const page of pages) {
    if (page.length === 0) continue
    yield before + page.map((job) => JSON.stringify(jobToExport(job))).join(',\n')
    before = ',\n'
  }
  yield before === ',\n' ? '\n]}\n' : `${before}]}\n`
}

export async function* executionsAsCsv(pages: AsyncIterable<readonly ExecutionView[]>): AsyncGenerator<string> {
  const { head, line } = tableOf(EXECUTION_COLUMNS)
  yield head
  for await (const page of pages) yield page.map((run) => line(executionToWire(run))).join('')
}

export async function* executionsAsLines(pages: AsyncIterable<readonly ExecutionView[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((run) => `${JSON.stringify(executionToWire(run))}\n`).join('')
}
