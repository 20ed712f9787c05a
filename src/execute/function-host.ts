/** A process of its own for functions, seen from the server: it runs one call at a time, and may come down. */
import { spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../domain/clock.ts'
import { openChannel } from './function-channel.ts'
import type { Ended, FromHost, ToThread } from './function-messages.ts'

const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const ENTRY = fileURLToPath(new URL(`./function-host-process${EXTENSION}`, import.meta.url))

/** How often a thread that works is asked whether it still hears us. */
const PING_EVERY_MS = 100

export type CallEvents = {
  readonly printed: (text: string, left: number) => void
  readonly ended: (ended: Ended) => void
  readonly crashed: (why: string) => void
  /** No fault of the function. */
  readonly unstartable: (error: unknown) => void
}

export type FunctionHost = {
  /** What may share it: calls of one module in one workspace. */
  readonly key: string
  /** Exactly one of `ended`, `crashed` and `unstartable` follows. */
  readonly run: (work: Extract<ToThread, { say: 'call' | 'list' }>, events: CallEvents) => void
  /** Fires the signal of the call. */
  readonly abort: () => void
  /** The thread has not answered for so long. */
  readonly isDeaf: (forMs: number) => boolean
  /** Ends it, wherever it is; resolves when it is gone. */
  readonly end: () => Promise<void>
}

export type HostSetting = {
  readonly clock: Clock
  readonly memoryMb: number
  /** Where it runs. */
  readonly folder: string
  readonly key: string
  /** At the first sign that it is of no more use; may be called again. */
  readonly onGone: () => void
}

export const startHost = ({ clock, memoryMb, folder, key, onGone }: HostSetting): FunctionHost => {
  const child = spawn(process.execPath, [ENTRY, String(memoryMb)], {
    cwd: folder,
    env: PLATFORM_ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    windowsHide: true,
  })
  const socket = child.stdio[3] as Duplex
  let events: CallEvents | null = null
  let ready = false
  let broken: unknown
  let pingedAt: number | null = null
  let cancelPing = (): void => {}

  const settle = (tell: (events: CallEvents) => void): void => {
    cancelPing()
    const hearing = events
    events = null
    keepAlive(false)
    if (hearing !== null) tell(hearing)
  }

  /** An idle one keeps the server from ending as little as an idle connection does. */
  const keepAlive = (on: boolean): void => {
    for (const handle of [child, socket as Partial<Socketlike>]) on ? handle.ref?.() : handle.unref?.()
  }

  const hear = (message: FromHost): void => {
    switch (message.say) {
      case 'ready':
        ready = true
        break
      case 'pong':
        pingedAt = null
        break
      case 'printed':
        events?.printed(message.text, message.left)
        break
      case 'crashed':
        onGone()
        settle((hearing) => hearing.crashed(message.why))
        break
      case 'unstartable':
        onGone()
        settle((hearing) => hearing.unstartable(new Error(message.error)))
        break
      default:
        settle((hearing) => hearing.ended(message))
    }
  }
  const channel = openChannel<FromHost, ToThread>(socket, hear, () => child.kill('SIGKILL'))
  keepAlive(false)

  child.on('error', (error) => {
    broken = error
  })
  child.on('exit', onGone)
  const gone = new Promise<void>((resolve) => {
    // After the last of what it said was heard.
    child.on('close', (code, signal) => {
      settle((hearing) =>
        ready
          ? hearing.crashed(whyGone(code, signal))
          : hearing.unstartable(broken ?? new Error(whyGone(code, signal))),
      )
      onGone()
      resolve()
    })
  })

  const ping = (): void => {
    if (pingedAt === null && ready) {
      pingedAt = clock.monotonic()
      channel.say({ say: 'ping' })
    }
    cancelPing = clock.after(PING_EVERY_MS, ping)
  }

  return {
    key,
    run: (work, hearing) => {
      events = hearing
      pingedAt = null
      keepAlive(true)
      channel.say(work)
      ping()
    },
    abort: () => channel.say({ say: 'abort' }),
    isDeaf: (forMs) => pingedAt !== null && clock.monotonic() - pingedAt >= forMs,
    end: () => {
      // Somebody may wait for its end.
      keepAlive(true)
      child.kill('SIGKILL')
      return gone
    },
  }
}

type Socketlike = { ref(): void; unref(): void }

/** What the system itself needs to load its libraries, and nothing else; the thread inside sees not even that. */
const PLATFORM_ENVIRONMENT: NodeJS.ProcessEnv = process.platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : {}

const whyGone = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null
    ? `its process ended with code ${code}`
    : `its process was ended by ${signal}${signal === 'SIGABRT' ? ', most likely for want of memory' : ''}`
