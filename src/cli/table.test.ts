/** Tables are aligned for every script, and fit the terminal. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Column, facts, table } from './table.ts'
import { widthOf } from './text-width.ts'

type Row = { readonly name: string; readonly id: string; readonly count: number }

const COLUMNS: readonly Column<Row>[] = [
  { title: 'name', of: (row) => row.name },
  { title: 'id', of: (row) => row.id, whole: true },
  { title: 'n', of: (row) => (row.count === 0 ? null : String(row.count)), align: 'right' },
]
const plain = (width: number) => ({ width, paint: (_: string, text: string) => text })

describe('a table', () => {
  it('is aligned, wide characters counted as two cells, and shows a dash where nothing is', () => {
    const rows = [
      { name: '夜間', id: 'a1', count: 7 },
      { name: 'daily', id: 'b22', count: 0 },
      { name: 'e\u0301te\u0301 🚀', id: 'c', count: 12 },
    ]

    const text = table(rows, COLUMNS, plain(Number.POSITIVE_INFINITY))

    assert.deepEqual(text.split('\n'), [
      'NAME    ID    N',
      '夜間    a1    7',
      'daily   b22   -',
      'e\u0301te\u0301 🚀  c    12',
    ])
    assert.deepEqual(new Set(text.split('\n').map(widthOf)), new Set([15]))
  })

  it('gives way where the text is longest, and never cuts an id', () => {
    const rows = [{ name: 'a name that goes on and on and on', id: '0123456789', count: 1 }]

    const lines = table(rows, COLUMNS, plain(30)).split('\n')

    assert.deepEqual(lines[1], 'a name that go…  0123456789  1')
    assert.ok(lines.every((line) => widthOf(line) <= 30))
  })

  it('stays readable on a terminal that is far too narrow', () => {
    const rows = [{ name: 'a name that goes on', id: '0123456789', count: 1 }]

    assert.equal(table(rows, COLUMNS, plain(5)).split('\n')[1], 'a name …  0123456789  1')
  })

  it('cuts before a wide character that would not fit whole', () => {
    const rows = [{ name: '夜間処理夜間処理', id: 'x', count: 1 }]

    const [, line = ''] = table(rows, COLUMNS, plain(14)).split('\n')

    assert.equal(line, '夜間処…   x   1')
  })

  it('S76: shows control characters instead of obeying them', () => {
    assert.match(table([{ name: 'a\u001b[2Jb', id: 'x\ny', count: 1 }], COLUMNS, plain(80)), /a\\u001b\[2Jb {2}x\\ny/)
  })

  it('colours a cell by its row, and pads before it colours', () => {
    const painted: readonly Column<Row>[] = [{ title: 'name', of: (row) => row.name, paint: () => 'red' }, COLUMNS[1]!]
    const paint = (style: string, text: string) => `<${style}>${text}</>`

    const [, line] = table([{ name: 'ab', id: 'x', count: 1 }], painted, { width: 80, paint }).split('\n')

    assert.equal(line, '<red>ab  </>  x')
  })
})

describe('facts about one thing', () => {
  it('leave out what is undefined and show a dash for what is empty', () => {
    assert.equal(
      facts(
        [
          ['name', 'x'],
          ['a longer name', null],
          ['no', undefined],
        ],
        plain(80),
      ),
      'name           x\na longer name  -',
    )
  })
})
