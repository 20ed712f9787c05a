/** Undoes content encodings, within the same bounds as a plain body. */
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib'
import { type Capture, createCapture, MOST_KEPT_BYTES, MOST_READ_BYTES } from './capture.ts'

export type Decoded =
  | { readonly kind: 'decoded'; readonly body: Buffer; readonly cut: string | null }
  | { readonly kind: 'broken'; readonly error: string }

const MOST_ENCODINGS = 2
const MOST_RATIO = 100

const DECODERS: Readonly<Record<string, (body: Buffer) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  // "deflate" should be zlib (RFC 9110, 8.4.1.2), but some servers send it bare; CM = 8 tells them apart.
  deflate: (body) => (((body[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
}

/** The encodings in the order in which they are undone; null when there are too many. Unknown ones leave the body as it is. */
export const encodingsOf = (header: string): readonly string[] | null => {
  const names = header
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  if (names.length > MOST_ENCODINGS) return null
  return names.every((name) => Object.hasOwn(DECODERS, name)) ? names.reverse() : []
}

/** Calls `done` once, later; the returned function gives up instead. */
export const decode = (body: Buffer, encodings: readonly string[], done: (decoded: Decoded) => void): (() => void) => {
  let giveUp = (): void => undefined
  const step = (input: Buffer, cut: string | null, left: readonly string[]): void => {
    const [encoding, ...rest] = left
    if (encoding === undefined || input.length === 0) done({ kind: 'decoded', body: input, cut })
    else {
      giveUp = undo(input, encoding, (decoded) => {
        if (decoded.kind === 'broken') done(decoded)
        else step(decoded.body, cut ?? decoded.cut, rest)
      })
    }
  }
  step(body, null, encodings)
  return () => giveUp()
}

const undo = (input: Buffer, encoding: string, done: (decoded: Decoded) => void): (() => void) => {
  const decoder = DECODERS[encoding]?.(input)
  if (decoder === undefined) throw new Error(`no decoder for ${encoding}`)
  const capture = createCapture(MOST_READ_BYTES, MOST_READ_BYTES)
  let finished = false
  const finish = (decoded: Decoded): void => {
    if (finished) return
    finished = true
    decoder.destroy()
    done(decoded)
  }
  decoder.on('data', (chunk: Buffer) => {
    if (!capture.add(chunk))
      finish({ kind: 'decoded', body: capture.bytes(), cut: 'more than 1 MiB came out of the compressed body' })
    else if (isBomb(capture, input)) {
      finish({ kind: 'decoded', body: capture.bytes(), cut: `the body was compressed more than ${MOST_RATIO} times` })
    }
  })
  decoder.on('end', () => finish({ kind: 'decoded', body: capture.bytes(), cut: null }))
  decoder.on('error', () => {
    // A body that was cut on the way ends early: what came out of it still counts.
    if (capture.read() > 0)
      finish({ kind: 'decoded', body: capture.bytes(), cut: 'the compressed body ends early or is damaged' })
    else finish({ kind: 'broken', error: `The body is not ${encoding}, as its content-encoding says.` })
  })
  decoder.end(input)
  return () => {
    finished = true
    decoder.destroy()
  }
}

// A small body may well be compressed a thousand times; it becomes a bomb when there is something to blow up.
const isBomb = (capture: Capture, input: Buffer): boolean =>
  capture.read() > MOST_KEPT_BYTES && capture.read() > MOST_RATIO * input.length
