/** How a name becomes a slug. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { FIRST_CATEGORIES, isProtected, slugOf } from './catalog.ts'

const SLUGS: readonly (readonly [string, string | null])[] = [
  ['Prod/Canary', 'prod-canary'],
  ['My  Cat!! & Co', 'my-cat-co'],
  ['  DR Testing ', 'dr-testing'],
  ['--a--', 'a'],
  ['日本', null],
  ['', null],
]

for (const [name, slug] of SLUGS) {
  it(`the slug of ${JSON.stringify(name)} is ${slug}`, () => assert.equal(slugOf(name), slug))
}

it('the first categories bear the slugs of their names, and only the general one is protected', () => {
  for (const { name, slug } of FIRST_CATEGORIES) assert.equal(slugOf(name), slug)
  assert.deepEqual(
    FIRST_CATEGORIES.filter(({ slug }) => isProtected({ kind: 'category', slug })).map(({ slug }) => slug),
    ['general'],
  )
  assert.equal(isProtected({ kind: 'team', slug: 'general' }), false)
})
