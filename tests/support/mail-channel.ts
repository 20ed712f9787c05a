/** E-mail as tests send it: a delivery, a channel to a mail box of the test, and everything closed after each test. */

import type { SMTPServerOptions } from 'smtp-server'
import type { Delivery, Message } from '../../src/notify/channel.ts'
import { createEmailChannel, type EmailChannel } from '../../src/notify/email.ts'
import type { MailServer, MailTimes } from '../../src/notify/mail-server.ts'
import { TEST_AUTHORITY } from './certificates.ts'
import { type MailBox, mailBox } from './mail-box.ts'
import { manualClock } from './manual-clock.ts'

export const PATIENT: MailTimes = { connectMs: 5000, greetingMs: 5000, silenceMs: 5000, wholeMs: 30_000 }
export const NEVER = new AbortController().signal

const MESSAGE: Message = {
  title: 'Job failed',
  subject: '🔴 Job Failure Alert: nightly',
  text: 'Job Name: nightly',
  html: '<p>nightly</p>',
  slackText: null,
  data: {},
}

export const aDelivery = (more: { id?: string; address?: string; message?: Partial<Message> } = {}): Delivery => ({
  id: more.id ?? 'd1',
  to: { kind: 'email', address: more.address ?? 'ops@example.com' },
  message: { ...MESSAGE, ...more.message },
  createdAt: Date.UTC(2026, 10, 24, 12),
})

export const open: (() => unknown)[] = []
export const closeAll = async (): Promise<void> => {
  for (const close of open.splice(0).reverse()) await close()
}

export const aBox = async (options?: SMTPServerOptions): Promise<MailBox> => {
  const box = await mailBox(options)
  open.push(box.close)
  return box
}

export const serverAt = (port: number, more: Partial<MailServer> = {}): MailServer => ({
  host: '127.0.0.1',
  port,
  encryption: 'none',
  login: null,
  sender: { name: 'Carillon', address: 'carillon@example.com' },
  ca: [TEST_AUTHORITY],
  ...more,
})

export const channelTo = (port: number, more: Partial<MailServer> = {}, times = PATIENT): EmailChannel => {
  const channel = createEmailChannel({ clock: manualClock(0), server: serverAt(port, more), times })
  open.push(channel.close)
  return channel
}
