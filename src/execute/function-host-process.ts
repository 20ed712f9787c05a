/**
 * The process around the thread of a function. V8 aborts a whole process over a single allocation that does not fit, so that
 * a thread of the server's own could bring the server down. This one stays able to act while the thread is blocked: it
 * watches its memory, and ends when the server is gone, whatever the thread is doing.
 */
import { Socket } from 'node:net'
import { systemClock } from '../domain/clock.ts'
import { openChannel } from './function-channel.ts'
import type { FromHost, ToThread } from './function-messages.ts'
import { startThread } from './function-thread.ts'

const CHANNEL_FD = 3

const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
const leave = (): never => process.exit(0)

const hear = (message: FromHost): void => {
  channel.say(message)
  if (message.say === 'crashed' || message.say === 'unstartable') socket.end(leave)
}
const speak = startThread({ clock: systemClock, memoryMb: Number(process.argv[2]), hear })
const channel = openChannel<ToThread, FromHost>(socket, speak, leave)
socket.on('end', leave)
socket.on('close', leave)
