/** Inside the thread of a function: loads a module, calls it, and says what came of it. It knows nothing of the server. */
import { once } from 'node:events'
import { format } from 'node:util'
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Ended, FromThread, FunctionCall, ToThread } from './function-messages.ts'
import { createPrinter, LONGEST_VALUE } from './function-output.ts'

// Taken before any module of a user is loaded: what it replaces in the global scope does not reach us.
const { stringify } = JSON
const nextTurn = setImmediate

if (parentPort === null) throw new Error('The thread of a function is started by the server.')
const [port] = (await once(parentPort, 'message')) as [MessagePort]
// The module may import `parentPort` as well; ours is the other one, which it cannot reach.
parentPort.close()

const say = (message: FromThread): void => port.postMessage(message)

const printer = createPrinter((text, left) => say({ say: 'printed', text, left }))

type Write = typeof process.stdout.write

for (const stream of [process.stdout, process.stderr]) {
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    printer.print(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
    const callback = typeof encoding === 'function' ? encoding : done
    if (typeof callback === 'function') process.nextTick(callback as () => void)
    return true
  }
  stream.write = write as Write
}
process.on('exit', printer.flush)

/** Node would say in each fresh thread that a package.json further up names no type of module; that is no output of the function. */
const TYPELESS = 'MODULE_TYPELESS_PACKAGE_JSON'
const { emitWarning } = process
process.emitWarning = ((...given: unknown[]) => {
  const isTypeless = given.some((each) => each === TYPELESS || Object(each).code === TYPELESS)
  if (!isTypeless) Reflect.apply(emitWarning, process, given)
}) as typeof emitWarning

let abort: AbortController | null = null

type Exports = Readonly<Record<string, unknown>>

const NAME = /^[a-z_$][\w$]*$/i

const callableNames = (module: Exports): string[] =>
  Object.keys(module)
    .filter((name) => NAME.test(name) && typeof module[name] === 'function')
    .sort()

/** Of a CommonJS module not every name is known to `import`; all are in what it exports by default. */
const exportsOf = (module: Exports): Exports =>
  typeof module.default === 'object' && module.default !== null ? { ...module.default, ...module } : module

type Unmarked<E> = E extends unknown ? Omit<E, 'clean'> : never
type Told = Unmarked<Ended>

const load = async (file: string, folder: string): Promise<{ module: Exports } | { told: Told }> => {
  try {
    return { module: exportsOf(await import(file)) }
  } catch (error) {
    return { told: { say: 'broken', ...describe(error, folder) } }
  }
}

const call = async ({ file, folder, callables, args, kwargs, about }: FunctionCall): Promise<Told> => {
  const loaded = await load(file, folder)
  if ('told' in loaded) return loaded.told
  const { module } = loaded
  const name = callables.find((each) => typeof module[each] === 'function')
  if (name === undefined) return { say: 'missing', callables: callableNames(module) }
  const stop = new AbortController()
  abort = stop
  const { jobId, jobName, executionId, attempt, trigger, scheduledFor } = about
  const context = {
    job: { id: jobId, name: jobName },
    execution: { id: executionId },
    attempt,
    trigger,
    scheduledFor: new Date(scheduledFor),
    signal: stop.signal,
    log: (...values: unknown[]) => printer.print(`${format(...values)}\n`),
  }
  try {
    const callable = module[name] as (...given: unknown[]) => unknown
    return { say: 'returned', value: toJson(await callable(...args, kwargs, context)) }
  } catch (error) {
    return { say: 'threw', ...describe(error, folder) }
  }
}

const toJson = (value: unknown): string | null => {
  try {
    return stringify(value)?.slice(0, LONGEST_VALUE) ?? null
  } catch (error) {
    // What it did is done: that it cannot be told must not make it be done once more.
    printer.print(`[what was returned cannot be written as JSON: ${error instanceof Error ? error.message : error}]\n`)
    return null
  }
}

const LONGEST_ERROR = 1000
const LONGEST_STACK = 4000

/** The error in a line, and its stack without our own frames and without where the folder lies. */
const describe = (error: unknown, folder: string): { error: string; stack: string } => {
  if (!(error instanceof Error)) return { error: format('%O', error).slice(0, LONGEST_ERROR), stack: '' }
  const stack = String(error.stack ?? '')
    .split('\n')
    .filter((line) => !line.includes(import.meta.url) && !line.includes('node:internal'))
    .join('\n')
    .replaceAll(folder, '')
  return { error: `${error.name}: ${error.message}`.slice(0, LONGEST_ERROR), stack: stack.slice(0, LONGEST_STACK) }
}

const list = async (file: string, folder: string): Promise<Told> => {
  const loaded = await load(file, folder)
  return 'told' in loaded ? loaded.told : { say: 'listed', callables: callableNames(loaded.module) }
}

const end = async (told: Promise<Told>): Promise<void> => {
  const ended = await told
  // One turn of the loop: a rejection that nobody handled ends the thread now, and not in the middle of the next call.
  await new Promise<void>((resolve) => void nextTurn(resolve))
  abort = null
  printer.flush()
  say({ ...ended, clean: ended.say === 'returned' || ended.say === 'threw' ? nothingGoesOn() : false })
}

port.on('message', (message: ToThread) => {
  switch (message.say) {
    case 'call':
      return void end(call(message.call))
    case 'list':
      return void end(list(message.file, message.folder))
    case 'ping':
      return say({ say: 'pong' })
    case 'abort':
      return abort?.abort(new DOMException('The run was cancelled, or its time is over.', 'AbortError'))
  }
})

/** Timers, sockets, processes that a call left behind would disturb the next one. */
const nothingGoesOn = (): boolean => process.getActiveResourcesInfo().length <= resourcesAtRest
const resourcesAtRest = process.getActiveResourcesInfo().length

say({ say: 'ready' })
