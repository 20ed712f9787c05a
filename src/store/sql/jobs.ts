/** The jobs of a workspace, in SQL that every engine understands. */
import type { JobStore } from '../jobs.ts'
import { countJobs, lastRuns, listJobs, quarantinedJobs } from './job-list.ts'
import { isNamed } from './job-names.ts'
import { jobOf, selectJobs } from './job-rows.ts'
import { createJob, createJobs, deleteJob, pauseJob, resumeJob, updateJob } from './job-writes.ts'
import { overdueAt, takenUpTo } from './leaving.ts'
import type { Access } from './unit.ts'

export const createJobStore = (access: Access): JobStore => ({
  create: (job) => createJob(access, job),
  createMany: (jobs) => createJobs(access, jobs),
  byId: async (workspaceKey, id) => {
    const query = selectJobs(access.read).where('job.id', '=', id).where('job.workspace_key', '=', workspaceKey)
    const row = await query.executeTakeFirst()
    return row === undefined ? null : jobOf(row)
  },
  isNamed: (workspaceKey, name, exceptId) => isNamed(access.read, { workspaceKey, name, exceptId }),
  list: (workspaceKey, filter) => listJobs(access.read, workspaceKey, filter),
  count: (workspaceKey) => countJobs(access.read, workspaceKey),
  lastRuns: (workspaceKey, jobKeys) => lastRuns(access.read, workspaceKey, jobKeys),
  quarantined: (workspaceKey, limit) => quarantinedJobs(access.read, workspaceKey, limit),
  overdueAt: (jobKey, now) => overdueAt(access.read, jobKey, now),
  takenUpTo: (jobKey, range) => takenUpTo(access.read, jobKey, range),
  update: (job, change, at) => updateJob(access, job, change, at),
  pause: (job, reason, at) => pauseJob(access, job, reason, at),
  resume: (job, plan, { now }) => resumeJob(access, job, plan, now),
  delete: (job, at) => deleteJob(access, job, at),
})
