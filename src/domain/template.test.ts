/** S81: template variables are a short list of names, put in once, escaped for where they stand, and nothing more. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  fillIn,
  forHeader,
  forJson,
  forUrl,
  forXml,
  isFilledIn,
  parseTemplate,
  type TemplateValues,
} from './template.ts'

const VALUES: TemplateValues = {
  jobId: 'j-1',
  jobName: 'nightly',
  executionId: 'e-1',
  scheduledFor: '2026-03-29T01:30:00.000Z',
  attempt: 2,
  trigger: 'manual',
  metadata: { team: 'billing', 'a key': '{{job.id}}' },
}

const filled = (text: string): string => fillIn(parseTemplate(text).pieces, VALUES)

describe('variables', () => {
  for (const [text, expected] of [
    ['{{job.id}} {{job.name}}', 'j-1 nightly'],
    ['{{execution.id}}#{{attempt}}@{{scheduled_for}} by {{ trigger }}', 'e-1#2@2026-03-29T01:30:00.000Z by manual'],
    ['{{metadata.team}}', 'billing'],
    ['no variable', 'no variable'],
    ['', ''],
    ['{{{job.id}}}', '{j-1}'],
  ] as const) {
    it(`${JSON.stringify(text)} becomes ${JSON.stringify(expected)}`, () => assert.equal(filled(text), expected))
  }

  it('in what is put in are text: one pass, no recursion', () => {
    assert.equal(filled('{{metadata.a key}}'), '{{job.id}}')
  })

  for (const text of [
    '{{constructor}}',
    '{{__proto__}}',
    '{{toString}}',
    '{{#each items}}x{{/each}}',
    '{{ 7*7 }}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what an attacker would write
    '${7*7}',
    '<%= 1 %>',
    '{{attempt',
    '{{}}',
    '{{metadata.}}',
    '{{attempt.constructor}}',
  ]) {
    it(`other text in braces stays as it is: ${text}`, () => {
      assert.equal(filled(text), text)
      assert.equal(isFilledIn(parseTemplate(text).pieces), false)
    })
  }

  it('that look like ours and are not are told by name', () => {
    const { unknown } = parseTemplate(
      '{{job.constructor}} {{execution.secret}} {{metadata.}} {{ job.nmae }} {{other.x}}',
    )

    assert.deepEqual(unknown, ['job.constructor', 'execution.secret', 'metadata.', 'job.nmae'])
  })

  it('of metadata are own entries alone', () => {
    const { pieces } = parseTemplate('{{metadata.constructor}}{{metadata.__proto__}}{{metadata.missing}}')

    assert.equal(fillIn(pieces, VALUES), '')
  })

  it('cost time that grows with the length of the text alone', () => {
    const began = performance.now()
    for (const text of ['{{'.repeat(100_000), '{{job.id'.repeat(50_000), `{{${' '.repeat(200_000)}`]) filled(text)

    assert.ok(performance.now() - began < 500)
  })
})

describe('a value', () => {
  const NASTY = 'a/b?c#d&e=f\r\n"\'<x>]]>\0 ü😀%'

  it('in a URL cannot leave its place', () => {
    assert.equal(new URL(`https://x.example/p/${forUrl(NASTY)}/q?k=${forUrl(NASTY)}`).searchParams.get('k'), NASTY)
    assert.match(forUrl(NASTY), /^[\w.~%-]+$/)
  })

  it('in a JSON string cannot leave its place', () => {
    assert.equal(JSON.parse(`"${forJson(NASTY)}"`), NASTY)
  })

  it('in XML is text, also inside an attribute', () => {
    assert.equal(forXml(NASTY), 'a/b?c#d&amp;e=f&#13;&#10;&quot;&apos;&lt;x&gt;]]&gt;\ufffd ü😀%')
  })

  it('in a header has no line breaks, no NUL and nothing that a header cannot carry', () => {
    const text = forHeader(NASTY)

    assert.match(text, /^[\x20-\x7e]+$/)
    assert.equal(decodeURIComponent(text), NASTY)
  })
})
