/** The thread that runs functions, seen from the process around it: it is watched while it works, and may come down. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { Cancel, Clock } from '../domain/clock.ts'
import type { FromHost, FromThread, ToThread } from './function-messages.ts'

const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const ENTRY = new URL(`./function-worker${EXTENSION}`, import.meta.url)

/** How often it is looked how much memory a working thread holds outside of its heap. */
const LOOK_EVERY_MS = 50
const STACK_MB = 4
const MEGABYTE = 1024 * 1024
const LONGEST_ERROR = 1000

export type ThreadSetting = {
  readonly clock: Clock
  /** Of its heap, and once more of what it holds outside of it (buffers). */
  readonly memoryMb: number
  /** `crashed` and `unstartable` are the last that is heard. */
  readonly hear: (message: FromHost) => void
}

/** Answers how to speak to it. */
export const startThread = ({ clock, memoryMb, hear }: ThreadSetting): ((message: ToThread) => void) => {
  const worker = new Worker(ENTRY, {
    name: 'function',
    env: {},
    argv: [],
    execArgv: [],
    stdin: false,
    // What is printed comes as messages.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, stackSizeMb: STACK_MB },
  })
  const { port1: port, port2 } = new MessageChannel()
  worker.postMessage(port2, [port2])

  let ready = false
  let thrown: unknown
  let tooMuch = false
  let cancelLook: Cancel = () => {}

  const receive = (message: FromThread): void => {
    if (message.say === 'ready') ready = true
    if ('clean' in message) cancelLook()
    hear(message)
  }
  port.on('message', receive)

  worker.on('error', (error) => {
    thrown = error
  })
  worker.on('exit', (code) => {
    cancelLook()
    // What it said last may not have been heard yet; whatever that was, it serves nobody any more.
    for (let last = receiveMessageOnPort(port); last !== undefined; last = receiveMessageOnPort(port)) {
      const message = last.message as FromThread
      receive('clean' in message ? { ...message, clean: false } : message)
    }
    port.close()
    hear(ready ? { say: 'crashed', why: why(code) } : { say: 'unstartable', error: `${thrown ?? `exit code ${code}`}` })
  })

  const why = (code: number): string => {
    if (tooMuch) return `it used more than ${memoryMb} MB of memory outside of its heap`
    if (thrown === undefined) return `it ended its thread by process.exit(${code})`
    if (codeOf(thrown) === 'ERR_WORKER_OUT_OF_MEMORY') return `it used more than ${memoryMb} MB of memory`
    const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
    return `something of it that nobody waited for failed: ${text.slice(0, LONGEST_ERROR)}`
  }

  // The limits of a thread do not reach what lies outside of its heap. The question is answered also by a blocked thread.
  const look = (): void => {
    worker.getHeapStatistics().then(
      ({ external_memory }) => {
        if (external_memory <= memoryMb * MEGABYTE) return
        tooMuch = true
        void worker.terminate()
      },
      // It is about to be gone, and says so itself.
      () => {},
    )
    cancelLook = clock.after(LOOK_EVERY_MS, look)
  }

  return (message) => {
    port.postMessage(message)
    if (message.say === 'call' || message.say === 'list') look()
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)
