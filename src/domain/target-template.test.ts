/** Where variables may stand in a target, and where not. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { HttpTarget } from './target.ts'
import { templateOf } from './target-template.ts'

const VALUES = {
  jobId: 'j',
  jobName: 'n',
  executionId: 'e',
  scheduledFor: 's',
  attempt: 1,
  trigger: 'schedule',
  metadata: { a: '1 2', up: '..', dot: '.' },
}

const target = (url: string, more: Partial<HttpTarget> = {}): HttpTarget => ({
  kind: 'http',
  url,
  method: 'POST',
  ...more,
})

const urlOf = (url: string, more: Partial<HttpTarget> = {}): string => {
  const filled = templateOf(target(url, more)).fill(VALUES)
  return 'wrong' in filled ? filled.wrong : filled.url.href
}

for (const [url, expected] of [
  [
    'https://x.example/{{metadata.a}}/é?q={{metadata.a}}&z=é#{{job.id}}',
    'https://x.example/1%202/%C3%A9?q=1%202&z=%C3%A9',
  ],
  ['https://X.example:443?{{job.id}}', 'https://x.example/?j'],
  ['https://x.example/a/../{{job.id}}', 'https://x.example/j'],
  ['https://x.example/~0_1~/{{job.id}}', 'https://x.example/~0_1~/j'],
] as const) {
  it(`${url} leads to ${expected}`, () => assert.equal(urlOf(url), expected))
}

it('query parameters follow what the URL has', () => {
  const query = [{ name: 'k k', value: 'x {{metadata.a}}*' }]

  assert.equal(urlOf('https://x.example/', { query }), 'https://x.example/?k%20k=x%201%202%2A')
  assert.equal(urlOf('https://x.example/?a', { query }), 'https://x.example/?a&k%20k=x%201%202%2A')
})

for (const url of [
  'https://x.example/a/{{metadata.up}}/b',
  'https://x.example/{{metadata.dot}}{{metadata.dot}}/b',
  'https://x.example/a/.{{metadata.dot}}',
]) {
  it(`S52: dots cannot lead elsewhere: ${url}`, () => assert.match(urlOf(url), /only dots/))
}

for (const [url, name] of [
  ['https://{{job.id}}.example/', 'job.id'],
  ['https://{{attempt}}/', 'attempt'],
  ['https://{{metadata.host}}', 'metadata.host'],
  ['https://{{job.nmae}}/{{job.id}}', 'job.nmae'],
] as const) {
  it(`S52: whom a job calls is not filled in: ${url}`, () => {
    assert.deepEqual(templateOf(target(url)).inHost, [name])
  })
}

it('in a JSON body string values are filled in, names and structure are not', () => {
  const content = { '{{job.id}}': ['{{job.id}}', 1, true, null, { deep: 'x{{attempt}}\n"' }], empty: {}, none: [] }

  const filled = templateOf(target('https://x.example', { body: { type: 'json', content } })).fill(VALUES)

  assert.ok('body' in filled)
  assert.deepEqual(JSON.parse(filled.body ?? ''), {
    '{{job.id}}': ['j', 1, true, null, { deep: 'x1\n"' }],
    empty: {},
    none: [],
  })
})

it('names that are wrong are told with the field they stand in', () => {
  const { unknown, metadata, isPlain } = templateOf(
    target('https://x.example/{{job.x}}', {
      headers: [{ name: 'a', value: '{{metadata.k}}' }],
      body: { type: 'json', content: { list: ['{{execution.y}}'] } },
    }),
  )

  assert.deepEqual(unknown, [
    { field: 'target.url', name: 'job.x' },
    { field: 'target.body.content.list[0]', name: 'execution.y' },
  ])
  assert.deepEqual(metadata, [{ field: 'target.headers[0].value', name: 'k' }])
  assert.equal(isPlain, false)
})

it('what becomes too long is refused, not cut', () => {
  const long = { ...VALUES, metadata: { a: 'x'.repeat(1024) } }
  const wrongOf = (more: Partial<HttpTarget>, url = 'https://x.example/') => {
    const filled = templateOf(target(url, more)).fill(long)
    return 'wrong' in filled ? filled.field : null
  }
  const times = (count: number) => '{{metadata.a}}'.repeat(count)

  assert.equal(wrongOf({ body: { type: 'text', content: times(1024) } }), null)
  assert.equal(wrongOf({ body: { type: 'text', content: times(1025) } }), 'target.body.content')
  assert.equal(wrongOf({ headers: [{ name: 'a', value: times(9) }] }), 'target.headers[0].value')
  assert.equal(wrongOf({}, `https://x.example/${times(9)}`), 'target.url')
})
