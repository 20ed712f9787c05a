/** Runs files of tests, each in a process of its own, tells failures as they come, and counts. */
import { relative } from 'node:path'
import { run } from 'node:test'
import { inspect } from 'node:util'

export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number }

export const NONE: Tally = { passed: 0, failed: 0, skipped: 0 }

export const within = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
})

type Work = {
  readonly files: readonly string[]
  readonly concurrency: number
  /** Bound on one test. */
  readonly testMs: number
  /** Bound on all of them: a file that leaves something running would otherwise never end. */
  readonly allMs: number
}

/** What the events of the runner tell about one finished test, as far as it matters here. */
type Finished = {
  readonly name: string
  readonly nesting: number
  readonly file?: string
  readonly line?: number
  readonly skip?: string | boolean
  readonly todo?: string | boolean
  readonly details: { readonly type?: string; readonly error?: Error }
}

export const runTests = async ({ files, concurrency, testMs, allMs }: Work): Promise<Tally> => {
  if (files.length === 0) return NONE
  let tally = NONE
  const output = new Map<string, string>()
  const signal = AbortSignal.timeout(allMs)
  const events = run({ files: [...files], concurrency, timeout: testMs, isolation: 'process', signal })

  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr')
      output.set(data.file, `${output.get(data.file) ?? ''}${data.message}`.slice(-LONGEST_OUTPUT))
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const finished = data as Finished
    tally = within(tally, counted(type === 'test:pass', finished))
    if (type === 'test:fail' && finished.todo === undefined && !isEcho(finished))
      process.stderr.write(report(finished, output))
  }
  return tally
}

const LONGEST_OUTPUT = 8192

/** Groups and whole files repeat what the tests inside them said; a file that dies by itself says it only there. */
const isEcho = ({ details }: Finished): boolean =>
  details.error !== undefined && 'failureType' in details.error && details.error.failureType === 'subtestsFailed'

const counted = (passed: boolean, finished: Finished): Tally => {
  if (isGroup(finished)) return passed || isEcho(finished) ? NONE : { ...NONE, failed: 1 }
  if (finished.skip !== undefined || finished.todo !== undefined) return { ...NONE, skipped: 1 }
  if (!passed && isEcho(finished)) return NONE
  return passed ? { ...NONE, passed: 1 } : { ...NONE, failed: 1 }
}

/** A `describe`, or the file as a whole, which the runner reports under the file's own path. */
const isGroup = ({ details, name, file }: Finished): boolean =>
  details.type === 'suite' || (file !== undefined && (name === file || name === relative(process.cwd(), file)))

const report = ({ name, file, line, details }: Finished, output: Map<string, string>): string => {
  const where = file === undefined ? '' : ` (${relative(process.cwd(), file)}:${line ?? 1})`
  const cause = details.error?.cause ?? details.error
  const said = (file !== undefined && output.get(file)) || ''
  return `    FAILED ${name}${where}\n${indented(inspect(cause))}${said === '' ? '' : `\n      it wrote:\n${indented(said)}`}\n`
}

const indented = (text: string): string => text.trimEnd().replaceAll(/^/gm, '      ')
