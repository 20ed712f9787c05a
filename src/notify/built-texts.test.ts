/** S74, S80: whatever people write, an independent reader finds one recipient, one subject and no mark that was not ours. */
import assert from 'node:assert/strict'
import { afterEach, it } from 'node:test'
import fc from 'fast-check'
import { aBox, aDelivery, channelTo, closeAll, NEVER } from '../../tests/support/mail-channel.ts'
import type { NoticeFacts } from './channel.ts'
import { render } from './render.ts'

afterEach(closeAll)

const PIECES = [
  '\r\n',
  '\n',
  '\r',
  '\u2028',
  '\u0085',
  '\0',
  '=?utf-8?q?',
  '=?utf-8?b?',
  '=0d=0a',
  '?=',
  'Bcc: v@example.com',
  ': ',
  '<',
  '>',
  '|',
  '&',
  '<!channel>',
  '<@U123>',
  '"',
  '\\',
  '🔴',
  'é',
  '\u202e',
  '\ud800',
  '\r\n.\r\n',
  'a',
  ' ',
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'grapheme', maxLength: 8 })), { maxLength: 30 })
  .map((parts) => parts.join(''))

const facts = (name: string, error: string): NoticeFacts => ({
  kind: 'job.failed',
  job: { id: 'j', name },
  execution: null,
  error,
  durationMs: null,
  downtimeMs: null,
  count: null,
  endsOn: null,
  days: null,
  mention: null,
  link: 'https://c.example.com/ui/jobs/j/edit',
  actor: null,
  at: 0,
  zone: 'UTC',
  items: [],
})

it('a mail has one subject, one recipient and one of each header, whatever its job is called', async () => {
  const box = await aBox()
  const channel = channelTo(box.port)
  await fc.assert(
    fc.asyncProperty(hostile, hostile, async (name, error) => {
      box.mails.length = 0

      assert.deepEqual(await channel.send(aDelivery({ message: render(facts(name, error)) }), NEVER), { ok: true })

      const [mail, ...more] = box.mails
      const keys = mail?.parsed.headers.map(({ key }) => key) ?? []
      assert.equal(more.length, 0)
      assert.deepEqual(mail?.to, ['ops@example.com'])
      assert.deepEqual([...new Set(keys)].sort(), [...keys].sort())
      assert.ok(!keys.includes('bcc') && !keys.includes('cc'))
      assert.match(mail?.parsed.subject ?? '', /^🔴 Job Failure Alert: [^\p{Cc}\u2028\u2029]*$/u)
    }),
    { numRuns: 150 },
  )
})

it('a text for Slack has no mark but the one link, whatever people wrote', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, error, handle) => {
      const { slackText } = render({ ...facts(name, error), mention: `x${handle}` })

      const marks = slackText?.match(/<[^>]*>?/g) ?? []
      assert.equal(marks.length, 1, slackText ?? '')
      assert.match(marks[0] ?? '', /^<https:\/\/c\.example\.com\/ui\/jobs\/j\/edit\|[^<>|]*>$/)
    }),
    { numRuns: 2000 },
  )
})

it('a page has no tag but ours, whatever people wrote', () => {
  const tags = (html: string | null): string[] => html?.match(/<[^>]*>/g) ?? []
  const ours = tags(render(facts('x', 'y')).html)
  fc.assert(
    fc.property(hostile, hostile, (name, error) => {
      assert.deepEqual(tags(render(facts(name, error)).html), ours)
    }),
    { numRuns: 2000 },
  )
})
