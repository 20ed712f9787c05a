/** Station 6: tells people what happened, after the fact and beside everything else: no run ever waits for it. */
import type { Cancel } from '../domain/clock.ts'
import { createDigester } from './digest.ts'
import { createSender, type SendParts } from './send.ts'
import { createTeller, type TellParts } from './tell.ts'

export type { Channel, Message, NoticeFacts, Sent } from './channel.ts'

const LOOK_EVERY_MS = 1000

export type NotifyParts = TellParts &
  SendParts & { /** Only a node that schedules tells. */ readonly active: () => boolean }

export type Notify = {
  readonly start: () => void
  /** Takes events up, looks after what runs, and begins to send; does not wait for channels. */
  readonly tick: () => Promise<void>
  /** Resolves when nothing is being sent. */
  readonly idle: () => Promise<void>
  /** What is being sent is broken off and goes again after the next start. */
  readonly stop: () => Promise<void>
}

export const createNotify = (parts: NotifyParts): Notify => {
  const { clock, onFault } = parts
  const teller = createTeller(parts)
  const sender = createSender(parts)
  const digest = createDigester(parts)
  let running = false
  let timer: Cancel | null = null
  let round: Promise<void> | null = null

  const lookAround = async (): Promise<void> => {
    for (const step of [teller.take, teller.watch, digest, sender.pump]) {
      // One that fails holds up none of the others.
      if (parts.active()) await step().catch(onFault)
    }
  }

  const tick = (): Promise<void> => {
    round ??= lookAround().finally(() => {
      round = null
    })
    return round
  }

  const arm = (): void => {
    if (running) timer = clock.after(LOOK_EVERY_MS, () => void tick().then(arm))
  }

  return {
    start: () => {
      if (running) return
      running = true
      arm()
    },
    tick,
    idle: sender.idle,
    stop: async () => {
      running = false
      timer?.()
      await round
      await sender.stop()
    },
  }
}
