/** `carillon import csv`: jobs from a sheet, such as a spreadsheet exports. */
import { readFileSync } from 'node:fs'
import type { JobSheetResult } from '../../api/contract/job-sheet.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { type Column, table } from '../table.ts'
import { clientOf, type World } from '../world.ts'
import type { Shared } from './command.ts'
import { once } from './repeat.ts'

export type SheetOptions = Shared & { readonly dryRun?: boolean }

type RowError = JobSheetResult['errors'][number]

const COLUMNS: readonly Column<RowError>[] = [
  { title: 'line', of: ({ line }) => String(line), align: 'right', whole: true },
  { title: 'job', of: ({ name }) => name },
  { title: 'where', of: ({ field }) => field, whole: true },
  { title: 'what is wrong', of: ({ message }) => message },
]

/** Rows that are right are made, whatever the others are; the exit code tells that some were not. */
export const importSheet = async (
  world: World,
  path: string,
  { server, json, dryRun = false }: SheetOptions,
): Promise<void> => {
  const { terminal } = world
  const sheet = path === '-' ? Buffer.from(await terminal.readInput()) : read(path)
  const client = clientOf(world, server)
  const result = await once(world, (idempotencyKey) =>
    client.upload<JobSheetResult>('/jobs/upload', sheet, { query: { dry_run: String(dryRun) }, idempotencyKey }),
  )
  const { made, refused, items, errors } = result
  if (json) terminal.sayJson(result)
  else {
    if (!dryRun) for (const { name, id } of items) terminal.say(safe(`Created ${name} (${id})`))
    if (errors.length > 0) terminal.say(table(errors, COLUMNS, terminal))
    terminal.remark(dryRun ? `${made} jobs would be made.` : `${made} jobs were made.`)
  }
  if (refused > 0) throw new CommandFailure('usage', `${refused} rows are no jobs`)
}

const read = (path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new CommandFailure('usage', (error as Error).message, error)
  }
}
