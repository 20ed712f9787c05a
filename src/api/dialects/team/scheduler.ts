/** `/health` and `/scheduler`: whether jobs are being scheduled, and having them looked for at once. */
import { DomainError } from '../../../domain/errors.ts'
import { actorOf } from '../../routes/route.ts'
import { refusal } from './errors.ts'
import { about, openAbout, type TeamRoutes } from './surface.ts'
import { zonedInstant } from './times.ts'

export const schedulerRoutes: TeamRoutes = (scope, { surface, services, clock, version }) => {
  // `/api/health` is the one path that all systems share: it is answered outside of any dialect.
  if (surface.generation === 1) return

  scope.get('/health', openAbout('health', 'Say whether jobs are being scheduled'), async () => {
    const { schedulerRunning, scheduledJobs } = await services.system.describe(null)
    return {
      status: 'healthy',
      scheduler_running: schedulerRunning,
      scheduled_jobs_count: scheduledJobs,
      service: 'carillon',
      version,
      timestamp: zonedInstant(clock.now()),
      api: 'v2',
      docs_url: '/docs',
    }
  })

  scope.get('/scheduler/status', about('scheduler', 'Say how scheduling does', 'admin'), async (request) => {
    const actor = actorOf(request)
    const { schedulerRunning, scheduledJobs } = await services.system.describe(actor)
    const lastWake = services.system.lastWake(actor)
    return {
      scheduler_running: schedulerRunning,
      // Whoever runs the jobs is the leader: nobody else may.
      scheduler_is_leader: schedulerRunning,
      scheduled_jobs_count: scheduledJobs,
      last_resync_at: lastWake === null ? null : zonedInstant(lastWake),
    }
  })

  scope.post('/scheduler/resync', about('scheduler', 'Look for due jobs at once', 'admin'), async (request) => {
    const { at, jobs, active } = await services.system.wake(actorOf(request)).catch(notLeader)
    return {
      message: 'Scheduler resync completed',
      ran_at: zonedInstant(at),
      db_jobs_total: jobs,
      db_jobs_active: active,
      scheduled_now: active,
      // Jobs are scheduled from the database itself: there is no second list that could differ from it.
      scheduled_added: 0,
      scheduled_removed: 0,
      expired_auto_paused: 0,
      orphaned_removed: 0,
      invalid_cron: 0,
    }
  })
}

const notLeader = (error: unknown): never => {
  if (error instanceof DomainError && error.code === 'conflict')
    throw refusal(409, 'Scheduler is not running as leader in this process.')
  throw error
}
