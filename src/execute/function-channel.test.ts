/** The lines between the server and the process of a function: whole messages in order, and nothing after what is none. */
import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { openChannel } from './function-channel.ts'

const pair = () => {
  const [here, there] = duplexPair()
  const heard: unknown[] = []
  let broken = 0
  openChannel(
    here,
    (message) => heard.push(message),
    () => broken++,
  )
  return { there, heard, broken: () => broken }
}

const delivered = () => new Promise<void>((resolve) => setImmediate(resolve))

test('messages come whole and in order, however the bytes are cut', async () => {
  const { there, heard, broken } = pair()
  const bytes = Buffer.from('{"say":"語"}\n{"say":"two\\n"}\n')

  for (const byte of bytes) {
    there.write(Buffer.from([byte]))
    await delivered()
  }

  assert.deepEqual(heard, [{ say: '語' }, { say: 'two\n' }])
  assert.equal(broken(), 0)
})

test('both sides understand each other', async () => {
  const [here, there] = duplexPair()
  const heard: unknown[] = []
  openChannel(there, (message) => heard.push(message), assert.fail)

  openChannel(here, assert.fail, assert.fail).say({ text: 'a\nb', list: [1, null] })
  await delivered()

  assert.deepEqual(heard, [{ text: 'a\nb', list: [1, null] }])
})

test('what is no message is told once, and nothing after it is heard', async () => {
  const { there, heard, broken } = pair()

  there.write('{"say":"one"}\nnoise\n{"say":"two"}\n')
  await delivered()
  there.write('more noise\n{"say":"three"}\n')
  await delivered()

  assert.deepEqual(heard, [{ say: 'one' }])
  assert.equal(broken(), 1)
})

test('a line without end is given up long before it fills the memory', async () => {
  const { there, broken } = pair()

  for (let sent = 0; sent < 100 && broken() === 0; sent++) {
    there.write('x'.repeat(100_000))
    await delivered()
  }

  assert.equal(broken(), 1)
})
