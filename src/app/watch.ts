/** What the engine tells, turned into metrics, log lines and, for those who look on, lines in the terminal. */
import type { EngineWatcher } from '../engine.ts'
import type { Recorded } from '../record/record.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'

export type WatchParts = {
  readonly log: Log
  readonly metrics: Metrics
  /** Hears of every recorded attempt; null when nobody looks on. */
  readonly onRun: ((recorded: Recorded) => void) | null
  /** Where a round of upkeep is told to other processes. */
  readonly keepReport?: EngineWatcher['upkeep']
  /** Where jobs that moved with the rules of time zones are told of. */
  readonly keepMoved?: EngineWatcher['moved']
}

/** A line of the log has at most 8 KiB. */
const MOVED_IN_A_LINE = 50

export const createWatcher = ({
  log,
  metrics,
  onRun,
  keepReport = () => {},
  keepMoved = () => {},
}: WatchParts): EngineWatcher => {
  const observe = (one: Recorded) => {
    const { assignment, outcome } = one
    metrics.execution(outcome.durationMs / 1000)
    if (assignment.attempt === 1 && assignment.trigger === 'schedule')
      metrics.lateness((outcome.startedAt - assignment.scheduledFor) / 1000)
    if (one.to === 'failed' || one.notBefore !== null)
      log.warn('attempt failed', {
        job_id: assignment.jobId,
        execution_id: assignment.executionId,
        attempt: assignment.attempt,
        failure: outcome.failure,
        reason: outcome.error,
        next_attempt_at: one.notBefore === null ? null : new Date(one.notBefore).toISOString(),
      })
    onRun?.(one)
  }

  return {
    recorded: (recorded) => {
      const counts = new Map<string, number>()
      for (const one of recorded) {
        if (one.to !== 'pending') counts.set(one.to, (counts.get(one.to) ?? 0) + 1)
        observe(one)
      }
      for (const [status, count] of counts) metrics.fired(status, count)
    },
    fenced: (count) => {
      metrics.outcomesFenced(count)
      log.info('outcomes came too late and were dropped', { count })
    },
    recovered: ({ retried, uncertain }) => {
      metrics.leasesLost(retried + uncertain)
      log.warn('executions of an ended node were taken back', { retried, uncertain })
    },
    paused: (jobKeys) => log.warn('jobs were paused after failures or crashes in a row', { count: jobKeys.length }),
    expired: (jobKeys) => log.info('jobs were paused, since their end dates have passed', { count: jobKeys.length }),
    scheduling: (on) => {
      metrics.claiming(on)
      log.info(on ? 'scheduling' : 'not scheduling: the lease was lost')
    },
    // A million jobs make a long list: each line of the log names some, all lines together name every one.
    moved: (jobs, releases) => {
      const { from, to } = releases
      keepMoved(jobs, releases)
      for (let at = 0; at < jobs.length; at += MOVED_IN_A_LINE)
        log.warn('jobs wait for another instant, since the rules of time zones changed', {
          from_release: from,
          to_release: to,
          jobs: jobs.slice(at, at + MOVED_IN_A_LINE).map(({ jobId, from, to }) => ({
            job_id: jobId,
            from: new Date(from).toISOString(),
            to: to === null ? null : new Date(to).toISOString(),
          })),
        })
    },
    upkeep: (report) => {
      metrics.upkeep(report.finishedAt / 1000, report.forgotten, report.trouble === null)
      log.info('a round of upkeep is over', {
        seconds: (report.finishedAt - report.startedAt) / 1000,
        hours_summed_up: report.hours,
        forgotten: report.forgotten,
        trouble: report.trouble,
      })
      keepReport(report)
    },
    fault: (where, error) => log.error('a station met a fault and goes on', { station: where, error }),
  }
}
