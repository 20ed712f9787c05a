/** A command line without a terminal: what it says is kept, what it asks is answered, and no time passes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sessionFile } from '../../src/cli/client/client.ts'
import { run } from '../../src/cli/program.ts'
import { safeJson } from '../../src/cli/safe-text.ts'
import type { World } from '../../src/cli/world.ts'
import type { Texts } from '../../src/config/config.ts'

export type Ran = { readonly code: number; readonly out: string; readonly err: string }

export type CliWorld = {
  readonly world: World
  /** Runs one command line; `input` is what stands on standard input, `answers` what a person types. */
  readonly run: (args: readonly string[], given?: { input?: string; answers?: readonly string[] }) => Promise<Ran>
  /** The same, read as JSON. */
  readonly json: <T>(args: readonly string[]) => Promise<T>
  /** What happens while a command waits, once for each wait; when nothing is left, the command is stopped. */
  readonly whileWaiting: (...steps: readonly (() => unknown)[]) => void
  readonly remove: () => void
}

export const cliWorld = (environment: Texts = {}): CliWorld => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-cli-'))
  const own = { XDG_CONFIG_HOME: folder, ...environment }
  let out: string[] = []
  let err: string[] = []
  let input = ''
  let answers: string[] | null = null
  let steps: (() => unknown)[] = []
  let stop = new AbortController()
  const answer = async (question: string): Promise<string> => {
    err.push(question)
    return answers?.shift() ?? ''
  }

  const world: World = {
    environment: own,
    session: sessionFile(own),
    terminal: {
      say: (line) => out.push(line),
      sayJson: (value, indent = 2) => out.push(safeJson(value, indent)),
      pour: async (text) => void out.push(text),
      remark: (line) => err.push(line),
      progress: () => {},
      colours: false,
      paint: (_, text) => text,
      width: Number.POSITIVE_INFINITY,
      get interactive() {
        return answers !== null
      },
      ask: answer,
      askSecret: answer,
      readInput: async () => input,
    },
    pause: async () => {
      const step = steps.shift()
      if (step === undefined) stop.abort('the test')
      else await step()
    },
    untilStopped: () => stop.signal,
  }

  const runIn: CliWorld['run'] = async (args, given = {}) => {
    out = []
    err = []
    input = given.input ?? ''
    answers = given.answers === undefined ? null : [...given.answers]
    stop = new AbortController()
    const code = await run(args, world)
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  return {
    world,
    run: runIn,
    json: async <T>(args: readonly string[]) => {
      const ran = await runIn([...args, '--json'])
      if (ran.code !== 0) throw new Error(`carillon ${args.join(' ')}: exit ${ran.code}: ${ran.err}`)
      return JSON.parse(ran.out) as T
    },
    whileWaiting: (...next) => {
      steps = [...next]
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
