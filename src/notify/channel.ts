/** THE PORT to whatever carries a message out: an e-mail server, Slack, somebody's webhook. */

export type Recipient =
  | { readonly kind: 'email'; readonly address: string }
  | { readonly kind: 'slack'; readonly webhookUrl: string; readonly channel: string | null }
  /** `secrets`: each signs the message; opened just before sending. */
  | { readonly kind: 'webhook'; readonly url: string; readonly secrets: readonly string[] }

export type Message = {
  readonly title: string
  readonly text: string
  readonly html: string | null
  readonly subject: string
  readonly slackText: string | null
  /** The body of a webhook. */
  readonly data: Readonly<Record<string, unknown>>
}

/** `id` is the same at each try: the receiver of a webhook tells a repetition by it. */
export type Delivery = {
  readonly id: string
  readonly to: Recipient
  readonly message: Message
  readonly createdAt: number
}

/** `error` holds no secret. `retryAfterMs`: the other side asked for so long a pause. */
export type Sent =
  | { readonly ok: true }
  | { readonly ok: false; readonly retry: boolean; readonly retryAfterMs: number | null; readonly error: string }

/** `send` never throws. */
export type Channel = {
  readonly kind: Recipient['kind']
  readonly send: (delivery: Delivery, signal: AbortSignal) => Promise<Sent>
}
