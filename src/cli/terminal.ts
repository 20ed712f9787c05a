/** The two streams and the keyboard that a command speaks with; a test gives others. */
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { styleText } from 'node:util'
import type { Texts } from '../config/config.ts'
import { CommandFailure } from './exit-codes.ts'
import { safeJson, safeLines } from './safe-text.ts'

export type Paint = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold'

export type Terminal = {
  readonly say: (text: string) => void
  readonly sayJson: (value: unknown, indent?: number) => void
  /** Part of a file on standard output: byte for byte for a program, made harmless where somebody looks. */
  readonly pour: (text: string) => Promise<void>
  /** Remarks, warnings and progress: never part of what a program reads. */
  readonly remark: (text: string) => void
  /** A line that the next one takes the place of, or the next remark; nothing where nobody looks. */
  readonly progress: (text: string) => void
  readonly colours: boolean
  readonly paint: (style: Paint, text: string) => string
  /** Cells in a line; Infinity where nobody looks. */
  readonly width: number
  /** Somebody can answer a question. */
  readonly interactive: boolean
  readonly ask: (question: string) => Promise<string>
  /** Without echo. */
  readonly askSecret: (question: string) => Promise<string>
  /** All of standard input, without the line break at its end. */
  readonly readInput: () => Promise<string>
}

type Stream = {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
  once?(event: 'drain', ready: () => void): unknown
}
type Keyboard = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }

export type Streams = { readonly stdout: Stream; readonly stderr: Stream; readonly stdin: Keyboard }

export const createTerminal = ({ stdout, stderr, stdin }: Streams, environment: Texts): Terminal => {
  const colours = stdout.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb'
  const interactive = stdin.isTTY === true && stderr.isTTY === true
  return {
    say: (line) => void stdout.write(`${line}\n`),
    sayJson: (value, indent = 2) => void stdout.write(`${safeJson(value, indent)}\n`),
    pour: (text) =>
      new Promise((resolve) => {
        const isTaken = stdout.write(stdout.isTTY === true ? safeLines(text) : text)
        if (isTaken === false && stdout.once !== undefined) stdout.once('drain', resolve)
        else resolve()
      }),
    remark: (line) => void stderr.write(stderr.isTTY === true ? `\r\x1b[K${line}\n` : `${line}\n`),
    progress: (line) => void (stderr.isTTY === true && stderr.write(`\r\x1b[K${line}`)),
    colours,
    paint: (style, line) => (colours ? styleText(style, line, { validateStream: false }) : line),
    width: stdout.isTTY === true ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    interactive,
    ask: (question) => askLine(stdin, stderr, question),
    askSecret: (question) => askHidden(stdin, stderr, question),
    readInput: async () => (await text(stdin)).replace(/\r?\n$/, ''),
  }
}

const askLine = (stdin: Keyboard, stderr: Stream, question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    stderr.write(question)
    const lines = createInterface({ input: stdin })
    let answer: string | undefined
    lines.once('line', (line) => {
      answer = line
      lines.close()
    })
    lines.once('close', () => (answer === undefined ? reject(noAnswer()) : resolve(answer.trim())))
  })

const ENTER = /[\r\n]/
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const CTRL_U = '\u0015'
const BACKSPACE = ['\u007f', '\b']

/** Raw mode: the terminal shows nothing of what is typed, and the keys that edit come as characters. */
const askHidden = (stdin: Keyboard, stderr: Stream, question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let typed: string[] = []
    const end = (finish: () => void) => {
      stdin.off('data', take)
      stdin.setRawMode?.(false)
      stdin.pause()
      stderr.write('\n')
      finish()
    }
    const take = (chunk: Buffer | string) => {
      for (const key of String(chunk)) {
        if (ENTER.test(key)) return end(() => resolve(typed.join('')))
        if (key === CTRL_C || (key === CTRL_D && typed.length === 0)) return end(() => reject(noAnswer()))
        if (key === CTRL_U) typed = []
        else if (BACKSPACE.includes(key)) typed.pop()
        else if (key >= ' ') typed.push(key)
      }
    }
    stderr.write(question)
    stdin.setEncoding('utf8')
    stdin.setRawMode?.(true)
    stdin.on('data', take)
    stdin.resume()
  })

const noAnswer = (): CommandFailure => new CommandFailure('usage', 'no answer was given')
