/** The terminal: colours only where somebody looks, secrets without echo. */
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { createTerminal, type Streams } from './terminal.ts'

const streams = (isTTY: boolean) => {
  const out: string[] = []
  const err: string[] = []
  const raw: boolean[] = []
  const keyboard = Object.assign(new PassThrough(), { isTTY, setRawMode: (on: boolean) => raw.push(on) })
  const all: Streams = {
    stdout: { isTTY, columns: 40, write: (text) => out.push(text) },
    stderr: { isTTY, write: (text) => err.push(text) },
    stdin: keyboard,
  }
  return { ...all, keyboard, out, err, raw }
}

describe('the terminal', () => {
  it('is coloured and as wide as its window where somebody looks', () => {
    const terminal = createTerminal(streams(true), {})

    assert.equal(terminal.paint('red', 'x'), '\u001b[31mx\u001b[39m')
    assert.equal(terminal.width, 40)
  })

  for (const [where, isTTY, environment] of [
    ['in a pipe', false, {}],
    ['with NO_COLOR', true, { NO_COLOR: '1' }],
    ['on a terminal that knows none', true, { TERM: 'dumb' }],
  ] as const)
    it(`shows no colours ${where}`, () => {
      assert.equal(createTerminal(streams(isTTY), environment).paint('red', 'x'), 'x')
    })

  it('cuts nothing in a pipe', () => {
    assert.equal(createTerminal(streams(false), {}).width, Number.POSITIVE_INFINITY)
  })

  it('a secret is typed without echo, and can be corrected', async () => {
    const { keyboard, err, raw, ...rest } = streams(true)
    const terminal = createTerminal(rest, {})

    const answer = terminal.askSecret('Password: ')
    keyboard.write('wrong\u0015adm')
    keyboard.write('ix\u007fn\u001b')
    keyboard.write('1\r')

    assert.equal(await answer, 'admin1')
    assert.deepEqual(err, ['Password: ', '\n'])
    assert.deepEqual(raw, [true, false])
  })

  it('ctrl-c at a question ends the command and gives the terminal back', async () => {
    const { keyboard, raw, ...rest } = streams(true)
    const answer = createTerminal(rest, {}).askSecret('Password: ')

    keyboard.write('abc\u0003')

    await assert.rejects(answer, { exit: 'usage', message: 'no answer was given' })
    assert.deepEqual(raw, [true, false])
  })

  it('a question is answered by one line', async () => {
    const { keyboard, ...rest } = streams(true)
    const answer = createTerminal(rest, {}).ask('Sure? ')

    keyboard.write(' yes \nmore\n')

    assert.equal(await answer, 'yes')
  })

  it('an end of input is no answer', async () => {
    const { keyboard, ...rest } = streams(true)
    const answer = createTerminal(rest, {}).ask('Sure? ')

    keyboard.end()

    await assert.rejects(answer, { exit: 'usage' })
  })

  it('input is read whole, without the line break at its end', async () => {
    const { keyboard, ...rest } = streams(false)
    const input = createTerminal(rest, {}).readInput()

    keyboard.end('two\nlines\r\n')

    assert.equal(await input, 'two\nlines')
  })
})
