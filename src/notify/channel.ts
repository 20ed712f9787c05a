/** The port to whatever carries a message to people: what is sent, to whom, and what came of it. */

/** Everything that people may be told of. */
export const NOTICE_KINDS = [
  'job.failed',
  'job.succeeded',
  'job.recovered',
  'job.failing',
  'job.late',
  'job.long',
  'job.auto_paused',
  'job.ends_soon',
  'job.missed',
  'job.uncertain',
  'job.created',
  'job.changed',
  'job.enabled',
  'job.disabled',
  'job.deleted',
  'test',
  'group',
  'digest',
] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** One line of a group or a digest. */
export type NoticeItem = {
  readonly kind: Exclude<NoticeKind, 'test' | 'group' | 'digest'>
  readonly job: { readonly id: string; readonly name: string }
  /** How often it happened; 1 or more. */
  readonly count: number
  /** The last time that it happened, epoch milliseconds. */
  readonly at: number
  readonly error: string | null
  readonly link: string | null
}

/** What is known of a notice; texts as people wrote them, escaped by nobody yet. */
export type NoticeFacts = {
  readonly kind: NoticeKind
  /** Null for groups and digests, which speak of several, and for tests. */
  readonly job: { readonly id: string; readonly name: string } | null
  readonly execution: { readonly id: string } | null
  /** Of a failure: why. Of `job.auto_paused`: the reason, `end_date` or `failures`. */
  readonly error: string | null
  /** How long the execution took (succeeded, failed), has taken so far (long), or how late it is (late). */
  readonly durationMs: number | null
  /** Of `job.recovered`: from the first failure to this success. */
  readonly downtimeMs: number | null
  /** Failures in a row (failing, auto_paused), occurrences (missed), all notices of a group, all of a digest. */
  readonly count: number | null
  /** `YYYY-MM-DD` in `zone`. */
  readonly endsOn: string | null
  /** Until `endsOn`; of a digest: how many days it looks back on, 1 or 7. */
  readonly days: number | null
  /** The handle of the team in Slack, as it was entered. */
  readonly mention: string | null
  /** The page of the job; `jobLink` makes it. Null where there is none any more. */
  readonly link: string | null
  /** Who did it, for created, changed, enabled, disabled, deleted; who asked, for a test. */
  readonly actor: string | null
  /** When it happened, epoch milliseconds. */
  readonly at: number
  /** IANA zone in which times are shown. */
  readonly zone: string
  /** Lines of a group or a digest; may be fewer than `count` says. */
  readonly items: readonly NoticeItem[]
}

/** One notice in the forms that channels need. */
export type Message = {
  /** A few words, for the inbox. */
  readonly title: string
  /** Plain text, several lines. */
  readonly text: string
  /** A whole document, everything from outside escaped. */
  readonly html: string | null
  /** One line. */
  readonly subject: string
  /** In Slack's own marks, escaped; null: `text` serves. */
  readonly slackText: string | null
  /** The body of a webhook. */
  readonly data: Readonly<Record<string, unknown>>
}

/** Secrets are opened just before sending. */
export type Recipient =
  | { readonly kind: 'email'; readonly address: string }
  | { readonly kind: 'slack'; readonly webhookUrl: string; readonly channel: string | null }
  /** The first secret is the newest; all of them sign. Each is `whsec_` and base64. */
  | { readonly kind: 'webhook'; readonly url: string; readonly secrets: readonly string[] }

export type Delivery = {
  /** The same at every try, so that whoever gets it twice can tell. */
  readonly id: string
  readonly to: Recipient
  readonly message: Message
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** `retryAfterMs`: what the receiver asked for. `error`: for people, without secrets. */
export type Sent =
  | { readonly ok: true }
  | { readonly ok: false; readonly retry: boolean; readonly retryAfterMs: number | null; readonly error: string }

export type Channel = {
  readonly kind: Recipient['kind']
  /** Never throws, and ends within about half a minute, whatever the other side does; at once when the signal says so. */
  readonly send: (delivery: Delivery, signal: AbortSignal) => Promise<Sent>
}
