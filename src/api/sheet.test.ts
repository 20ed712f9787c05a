/** Sheets as people export them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvLine } from './csv.ts'
import { readSheet } from './sheet.ts'

const sheetOf = (text: string) => readSheet(Buffer.from(text))
const rowsOf = (text: string) =>
  sheetOf(text).rows.map(({ line, cells, surplus }) => [line, Object.fromEntries(cells), surplus])
const faultOf = (text: string | Uint8Array): string => {
  try {
    readSheet(Buffer.from(text as string))
  } catch (error) {
    return (error as Error).message
  }
  return 'no fault'
}

test('names of columns are lower case, and rows begin where the file says, behind cells of several lines', () => {
  const text =
    '\ufeffJob Name, Cron  Schedule (JST) ,Request Body\r\na,0 9 * * *,"{\r\n  ""k"": 1\r\n}"\r\n\r\n,,\r\nb,0 10 * * *,\r\n'
  const sheet = sheetOf(text)
  assert.deepEqual(sheet.columns, ['job name', 'cron schedule (jst)', 'request body'])
  assert.deepEqual([sheet.columnCount, sheet.rowCount], [3, 4])
  assert.deepEqual(rowsOf(text), [
    [2, { 'job name': 'a', 'cron schedule (jst)': '0 9 * * *', 'request body': '{\r\n  "k": 1\r\n}' }, 0],
    [7, { 'job name': 'b', 'cron schedule (jst)': '0 10 * * *' }, 0],
  ])
})

test('columns without a name are left out and counted, with what stands in them', () => {
  const sheet = sheetOf('name,,url,\nx,lost,y,\n')
  assert.deepEqual([sheet.columns, sheet.columnCount], [['name', 'url'], 4])
  assert.deepEqual(Object.fromEntries(sheet.rows[0]?.cells ?? []), { name: 'x', url: 'y' })
})

test('every line ending and the separators of other languages are read', () => {
  for (const text of [
    'a,b\n1,2\n3,4',
    'a,b\r\n1,2\r\n3,4\r\n',
    'a,b\r1,2\r3,4',
    'a;b\n1;2\n3;4\n',
    'a\tb\n1\t2\n3\t4\n',
  ])
    assert.deepEqual(rowsOf(text), [
      [2, { a: '1', b: '2' }, 0],
      [3, { a: '3', b: '4' }, 0],
    ])
  assert.deepEqual(rowsOf('a,b\r\n"q""z",{"k":1}\n7,8'), [
    [2, { a: 'q"z', b: '{"k":1}' }, 0],
    [3, { a: '7', b: '8' }, 0],
  ])
})

test('a comma without quotes shows as a surplus cell, and a short row lacks its last ones', () => {
  assert.deepEqual(rowsOf('a,b\n1,{"x":1,"y":2}\n3\n'), [
    [2, { a: '1', b: '{"x":1' }, 1],
    [3, { a: '3' }, 0],
  ])
})

test('what an export made harmless is what it was', () => {
  const texts = ['=1+1', "'=1", "'plain", '-5', '@x', ' +1', '"=1"', 'plain', "it's"]
  const text = csvLine(['v']) + texts.map((one) => csvLine([one])).join('')
  assert.deepEqual(
    sheetOf(text).rows.map(({ cells }) => cells.get('v')),
    texts,
  )
})

test('what is no sheet is refused in words', () => {
  assert.match(faultOf(''), /the sheet is empty/)
  assert.match(faultOf('\n\n'), /no column of the first line has a name|the sheet is empty/)
  assert.match(faultOf(',,\n1,2,3'), /no column of the first line has a name/)
  assert.match(faultOf('a,A\n1,2'), /"a".*comes twice/)
  assert.match(faultOf('a\n"open\n2\n'), /line \d+.*quote is not closed/)
  assert.match(faultOf(Uint8Array.from([0x61, 0x0a, 0xff, 0xfe])), /not UTF-8/)
  assert.match(faultOf(`a\n${'1\n'.repeat(10_001)}`), /at most 10000 rows/)
  assert.match(faultOf(`a\n${'x'.repeat(70_001)}\n`), /line 2, a.*at most 70000 characters/)
})

test('hostile sheets are data or refused: names of JavaScript, a renamed workbook, ten thousand columns', () => {
  assert.deepEqual(
    rowsOf('__proto__,constructor\n1,2\n').map(([, cells]) => JSON.stringify(cells)),
    ['{"__proto__":"1","constructor":"2"}'],
  )
  assert.match(faultOf(Uint8Array.from([0x50, 0x4b, 0x03, 0x04, 0xff, 0xfe, 0x00])), /not UTF-8/)
  assert.match(faultOf(`${Array.from({ length: 10_000 }, (_, n) => `c${n}`).join(',')}\n`), /at most 200 columns/)
})
