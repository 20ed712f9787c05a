/** What the receiver writes down, a line for a request and one more for its answer, and how that is read again. */
import { readFileSync } from 'node:fs'
import type { Trigger } from '../../../src/domain/execution.ts'
import type { Receipt } from '../checker/history.ts'

type Request = {
  readonly n: number
  /** Epoch ms, when the head of the request was there. */
  readonly at: number
  readonly executionId: string
  readonly jobId: string
  readonly attempt: number
  readonly scheduledFor: number
  readonly trigger: string
  readonly path: string
  readonly bodyHash: string
}
type Answer = { readonly n: number; readonly answeredAt: number }

export type Line = Request | Answer

export const readReceipts = (path: string): Receipt[] => {
  const text = readFileSync(path, 'utf8')
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line))
  const answers = new Map(lines.flatMap((line) => ('answeredAt' in line ? [[line.n, line.answeredAt]] : [])))
  return lines.flatMap((line) => {
    if ('answeredAt' in line) return []
    const { n, bodyHash, trigger, ...rest } = line
    return [{ ...rest, trigger: trigger as Trigger, answeredAt: answers.get(n) ?? null }]
  })
}
