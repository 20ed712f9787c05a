/** The one list of dialects that the server speaks beside its own API. */

import type { Dialect } from './dialect.ts'
import { applicationsDialect } from './dialects/applications/applications.ts'
import { apschedulerDialect, apschedulerRefuser, isApschedulerPath } from './dialects/apscheduler/apscheduler.ts'
import { chronosDialect } from './dialects/chronos/chronos.ts'
import { cron2Dialect } from './dialects/cron2/cron2.ts'
import { teamRefuser } from './dialects/team/errors.ts'
import { isTeamPath } from './dialects/team/surface.ts'
import { teamDialect } from './dialects/team/team.ts'

const team: Dialect = (parts) => ({ owns: isTeamPath, refuse: teamRefuser(parts), plugin: teamDialect(parts) })

/** Also spoken alone, on the port of its own. */
export const APSCHEDULER: Dialect = ({ schedulerApi, ...parts }) => {
  const auth = schedulerApi?.auth ?? 'none'
  return {
    owns: isApschedulerPath,
    refuse: apschedulerRefuser({ ...parts, auth }),
    plugin: schedulerApi === null ? async () => {} : apschedulerDialect({ ...parts, ...schedulerApi }),
  }
}

export const DIALECTS: readonly Dialect[] = [team, cron2Dialect, APSCHEDULER, chronosDialect, applicationsDialect]
