/** The port of reports on SQLite: reads beside the writer, writes through it. */
import type { Kysely } from 'kysely'
import type { ReportStore } from '../reports.ts'
import { readOverdue, readReportable } from '../sql/report-rows.ts'
import type { Tables } from '../sql/tables.ts'
import { toColumns } from './batch-columns.ts'
import { ENDS } from './hot-reports.ts'
import type { Line } from './line.ts'
import type { Operations } from './operations.ts'

export const createReportStore = (writer: Line<Operations>, read: Kysely<Tables>): ReportStore => ({
  attempt: (workspaceKey, executionId) => readReportable(read, workspaceKey, executionId),
  note: (note) => writer.ask('noteReport', note),
  end: (write, { now, evenLeased, note }) =>
    writer.ask('endReported', {
      batch: toColumns({
        nodeKey: evenLeased ? ENDS.running : ENDS.awaited,
        now,
        leaseNow: now,
        outcomes: [write],
        claims: [],
      }),
      note,
    }),
  overdue: (now, limit) => readOverdue(read, now, limit),
})
