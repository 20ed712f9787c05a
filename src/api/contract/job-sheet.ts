/** A sheet of jobs on the wire: a file with a row for each. */
import { z } from 'zod'
import type { QueryOf } from './paging.ts'
import { Id, strict } from './values.ts'

export const JobSheetQuery = strict({
  dry_run: z.stringbool().default(false).describe('Only check.'),
})
export type JobSheetQuery = QueryOf<typeof JobSheetQuery>

const line = z.int().describe('Where the row begins in the file, from 1; the first line names the columns.')

export const JobSheetResult = strict({
  dry_run: z.boolean(),
  made: z.int().describe('With `dry_run`: how many would be made.'),
  refused: z.int().describe('Rows that no job was made of.'),
  blank_rows: z.int(),
  items: z.array(strict({ line, id: Id.nullable().describe('Null with `dry_run`.'), name: z.string() })),
  errors: z.array(
    strict({
      line,
      name: z.string().nullable().describe('Of the job, where the row has one.'),
      field: z.string().nullable().describe('The column, or the part of the job that it stands for.'),
      message: z.string(),
    }),
  ),
}).meta({ id: 'JobSheetResult' })
export type JobSheetResult = z.infer<typeof JobSheetResult>
