/** The channel of Slack: one JSON text to an incoming webhook. Its address is a secret and stands in no error. */
import type { Post } from '../domain/post.ts'
import { sentBy } from './answers.ts'
import type { Channel, Message, Sent } from './channel.ts'
import { slackText } from './texts.ts'

export type SlackOptions = {
  readonly post: Post
  /** Whether an address is Slack's, or one that the operator lets stand in for it. */
  readonly isSlack: (url: URL) => boolean
}

const refused = (error: string): Sent => ({ ok: false, retry: false, retryAfterMs: null, error })

export const createSlackChannel = ({ post, isSlack }: SlackOptions): Channel => ({
  kind: 'slack',
  send: async ({ to, message }, signal) => {
    const url = to.kind === 'slack' ? URL.parse(to.webhookUrl) : null
    if (to.kind !== 'slack' || url === null || url.protocol !== 'https:')
      return refused('The address of the Slack webhook is not an https URL.')
    if (!isSlack(url)) return refused('The address of the Slack webhook is not one of Slack.')
    const body = JSON.stringify({ text: textOf(message), ...(to.channel === null ? {} : { channel: to.channel }) })
    const posted = await post({ url, headers: { 'content-type': 'application/json; charset=utf-8' }, body }, signal)
    return sentBy('Slack', posted, 'answer' in posted ? wordIn(posted.answer) : null)
  },
})

const textOf = (message: Message): string => message.slackText ?? slackText(message.text)

/** Slack answers with one word, such as `channel_not_found`; anything else is not repeated. */
const wordIn = (answer: string): string | null => (/^[a-z]+(_[a-z]+){0,6}$/.test(answer.slice(0, 41)) ? answer : null)
