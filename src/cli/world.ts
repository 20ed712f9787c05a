/** All that a command may touch: the terminal, the environment, the kept session, time that passes, a wish to stop. */
import { setTimeout as wait } from 'node:timers/promises'
import { processEnvironment, type Texts } from '../config/config.ts'
import { type Client, createClient, type SessionFile, sessionFile } from './client/client.ts'
import { createTerminal, type Terminal } from './terminal.ts'

export type World = {
  readonly terminal: Terminal
  readonly environment: Texts
  readonly session: SessionFile
  /** Ends early when the signal says so. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
  /** From the first call on, ctrl-c and a request to end are answered here; the reason names the signal. */
  readonly untilStopped: () => AbortSignal
}

export const processWorld = (): World => {
  const environment = processEnvironment()
  return {
    environment,
    terminal: createTerminal(process, environment),
    session: sessionFile(environment),
    pause: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
    untilStopped,
  }
}

export const clientOf = ({ environment, session }: World, server: string | undefined): Client =>
  createClient({ server, environment, session })

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const untilStopped = (): AbortSignal => {
  const stop = new AbortController()
  for (const signal of SIGNALS) process.once(signal, () => stop.abort(signal))
  // The launcher that started this process was killed outright: going on unseen would surprise its owner.
  process.once('disconnect', () => stop.abort('the end of the launcher'))
  process.channel?.unref()
  return stop.signal
}
