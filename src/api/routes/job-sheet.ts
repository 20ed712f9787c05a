/** A sheet of jobs, such as a spreadsheet exports: each row that is right becomes a job, the others are told. */
import { z } from 'zod'
import { JobSheetQuery, JobSheetResult } from '../contract/job-sheet.ts'
import { LARGEST_SHEET_BYTES, readSheet } from '../sheet.ts'
import { checkColumns, sheetJob, sheetToWire } from '../translate/job-sheet.ts'
import { fileOf, readUploads } from '../uploads.ts'
import { type Api, actorOf, BODY, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const LONGEST_MS = 120_000
const BINARY = { type: 'string', format: 'binary' } as const
const SHEET = z
  .unknown()
  .describe('The sheet itself, or a form with it.')
  .meta({ anyOf: [BINARY, { type: 'object', properties: { file: BINARY }, required: ['file'] }] })

export const jobSheetRoutes = (api: Api, { services, clock, timeZone }: RouteContext): void => {
  readUploads(api, LARGEST_SHEET_BYTES)

  api.post(
    '/jobs/upload',
    {
      config: { resumable: true },
      bodyLimit: LARGEST_SHEET_BYTES,
      handlerTimeout: LONGEST_MS,
      schema: {
        tags: ['jobs'],
        operationId: 'uploadJobs',
        summary: 'Create jobs from a sheet',
        description:
          'CSV in UTF-8: the body itself, or the field `file` of a form. Columns: name, description, cron, time_zone, state (active or paused), url, method, body, github_owner, github_repo, github_workflow, branch, category, team, ends_on, metadata; those that only an export has are passed over, others refused. Each row that is right becomes a job whose name no other job has; each that is wrong is told with its line.',
        querystring: JobSheetQuery,
        consumes: ['text/csv', 'multipart/form-data'],
        body: SHEET,
        response: {
          200: JobSheetResult.describe('What became of each row.'),
          ...refusals(...SIGNED_IN, ...BODY),
        },
      },
    },
    async (request) => {
      const { dry_run: dryRun } = request.query
      const sheet = readSheet(fileOf(request.body))
      checkColumns(sheet)
      const ground = { now: clock.now(), zone: timeZone }
      const idFor = request.errand?.idFor
      const done = await services.importEach(
        actorOf(request),
        { count: sheet.rows.length, rowAt: (row) => sheetJob(sheet.rows[row] as (typeof sheet.rows)[number], ground) },
        { dryRun, idFor: idFor && ((row) => idFor(`job ${row}`)) },
      )
      return sheetToWire(sheet, done, { dryRun, requestId: request.id })
    },
  )
}
