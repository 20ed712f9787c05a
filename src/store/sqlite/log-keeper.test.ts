/** When the log is copied, when writes wait for that, and what lets them go on. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import { keepLogShort } from './log-keeper.ts'

/** A log in memory: `readUpTo` is the oldest frame that somebody reads, beyond which nothing can be copied. */
const aLog = () => {
  const log = { frames: 0, copied: 0, readUpTo: Number.POSITIVE_INFINITY }
  const asked: boolean[] = []
  const copier = Object.assign(new EventEmitter(), { postMessage: (order: string) => orders.push(order) })
  const orders: string[] = []
  const troubles: unknown[] = []
  let freed = 0
  const keeper = keepLogShort({
    connection: {
      log: () => ({ frames: log.frames, copied: log.copied }),
      checkpoint: (anew) => {
        asked.push(anew)
        log.copied = Math.min(log.frames, log.readUpTo)
      },
    },
    startCopier: () => copier,
    onTrouble: (error) => troubles.push(error),
    onFree: () => {
      freed += 1
    },
  })
  const write = (frames: number) => {
    log.frames += frames
    keeper.look()
  }
  return { log, asked, copier, orders, troubles, keeper, write, freed: () => freed }
}

describe('the log', () => {
  it('is copied from 4000 frames on, once at a time', () => {
    const { write, orders } = aLog()

    write(3999)
    assert.deepEqual(orders, [])
    write(1)
    write(500)

    assert.deepEqual(orders, ['copy'])
  })

  it('is full with 6000 frames that are not copied, until the copy is through', () => {
    const { write, keeper, copier, freed } = aLog()
    write(5999)
    assert.equal(keeper.isFull(), false)
    write(1)
    assert.equal(keeper.isFull(), true)
    assert.equal(freed(), 0)

    copier.emit('message', { trouble: null })

    assert.equal(keeper.isFull(), false)
    assert.equal(freed(), 1)
  })

  it('is not waited for when somebody still reads what cannot be copied', () => {
    const { log, write, keeper, copier, orders } = aLog()
    log.readUpTo = 0
    write(7000)
    copier.emit('message', { trouble: null })

    write(3000)
    assert.equal(keeper.isFull(), false)
    assert.deepEqual(orders, ['copy'])
    write(1000)
    assert.deepEqual(orders, ['copy', 'copy'])
    assert.equal(keeper.isFull(), false)
  })

  it('begins anew by waiting a moment for readers, once it is long', () => {
    const { write, asked, copier } = aLog()
    write(5000)
    copier.emit('message', { trouble: null })
    write(12_000)
    copier.emit('message', { trouble: null })

    assert.deepEqual(asked, [false, true])
  })

  it('is copied by the writer when the copier dies, and by another copier the next time', () => {
    const { write, keeper, log, copier, orders, freed, troubles } = aLog()
    write(6000)
    copier.emit('error', new Error('out of memory'))
    copier.emit('exit')
    assert.equal(log.copied, 6000)
    assert.equal(keeper.isFull(), false)
    assert.equal(freed(), 1)
    assert.equal(troubles.length, 1)

    write(4000)

    assert.deepEqual(orders, ['copy', 'copy'])
  })

  it('says what went wrong with a copy, and lets writes go on', () => {
    const { write, copier, troubles, freed } = aLog()
    write(6000)
    copier.emit('message', { trouble: 'disk full' })

    assert.deepEqual(troubles, ['disk full'])
    assert.equal(freed(), 1)
  })

  it('ends with its copier', async () => {
    const { write, copier, orders, keeper } = aLog()
    write(4000)
    const ended = keeper.end()
    copier.emit('exit')
    await ended

    assert.deepEqual(orders, ['copy', 'close'])
  })
})
