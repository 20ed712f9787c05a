/** The reference pages say what the code does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outdated, pages } from '../docs/generate.ts'
import { PROBLEMS } from '../src/api/problems.ts'
import { ERROR_CODES } from '../src/domain/errors.ts'

test('every page of docs/reference is what the code would write today', async () => {
  assert.deepEqual(await outdated(), [])
})

test('the page of errors lists every code with its status, and no other', async () => {
  const page = (await pages())['errors.md'] ?? ''

  const rows = [...page.matchAll(/^\| `([^`]+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])

  assert.deepEqual(
    rows,
    Object.keys(ERROR_CODES).map((code) => [code, PROBLEMS[code as keyof typeof PROBLEMS].status]),
  )
})

test('the page of the API names every path and every shape of the document, and each link leads somewhere', async () => {
  const { 'api.md': page = '', 'openapi.json': json = '' } = await pages()
  const { paths, components } = JSON.parse(json)

  const headings = new Set([...page.matchAll(/^### (.+)$/gm)].map((match) => match[1] ?? ''))

  for (const [path, methods] of Object.entries(paths)) {
    for (const method of Object.keys(methods as object))
      assert.ok(headings.has(`${method.toUpperCase()} ${path}`), path)
  }
  for (const name of Object.keys(components.schemas)) assert.ok(headings.has(name), name)
  for (const [, anchor = ''] of page.matchAll(/\]\(#([^)]+)\)/g)) {
    assert.ok(
      [...headings].some((heading) => heading.toLowerCase() === anchor),
      anchor,
    )
  }
})
