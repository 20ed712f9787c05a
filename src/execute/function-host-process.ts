/**
 * The process around the thread of a function. V8 aborts a whole process over a single allocation that does not fit, so that
 * a thread of the server's own could bring the server down. This one stays able to act while the thread is blocked: it
 * watches its memory, and ends when the server is gone, whatever the thread is doing.
 */
import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants, setPriority } from 'node:os'
import { systemClock } from '../domain/clock.ts'
import { openChannel } from './function-channel.ts'
import type { FromHost, ToThread } from './function-messages.ts'
import { startThread } from './function-thread.ts'

const CHANNEL_FD = 3

/** Where the system does not allow it, functions run all the same. */
const attempt = (work: () => void): void => {
  try {
    work()
  } catch {}
}

// The server goes first: functions get the processor that it leaves, and are the first to go when the machine lacks memory.
attempt(() => setPriority(constants.priority.PRIORITY_BELOW_NORMAL))
if (process.platform === 'linux') attempt(() => writeFileSync('/proc/self/oom_score_adj', '1000'))

const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
const leave = (): never => process.exit(0)

let ready = false
const early: ToThread[] = []

const hear = (message: FromHost): void => {
  channel.say(message)
  if (message.say === 'ready') {
    ready = true
    for (const one of early.splice(0)) take(one)
  }
  if (message.say === 'crashed' || message.say === 'unstartable') socket.end(leave)
}
const speak = startThread({ clock: systemClock, memoryMb: Number(process.argv[2]), hear })
const take = (message: ToThread): void => {
  // A thread that came down before it was heard to be ready would look like one that could not start.
  if (!ready) return void early.push(message)
  // Said first: the thread may bring this process down before it can say a word.
  if (message.say === 'call' || message.say === 'list') channel.say({ say: 'began' })
  speak(message)
}
const channel = openChannel<ToThread, FromHost>(socket, take, leave)
socket.on('end', leave)
socket.on('close', leave)
