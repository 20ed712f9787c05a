/** Decides whether an answer is a success: status, body and time, in this order. */
import { STATUS_CODES } from 'node:http'
import type { FailureCode } from '../domain/attempt.ts'
import type { SuccessRule } from '../domain/target.ts'

export type Answer = {
  readonly status: number
  /** What was read of the body, decoded: rules on the body are judged on this. */
  readonly body: Buffer
  readonly durationMs: number
}

export type Verdict = { readonly failure: FailureCode; readonly error: string; readonly retryable: boolean }

/** Null is success. Made once for a target, so that a fire pays for comparisons only. */
export const judgeOf = (rule: SuccessRule = {}): ((answer: Answer) => Verdict | null) => {
  const ranges = rule.status ?? DEFAULT_RANGES
  const expected = ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ')
  const contains = rule.bodyContains === undefined ? null : Buffer.from(rule.bodyContains)
  const lacks = rule.bodyLacks === undefined ? null : Buffer.from(rule.bodyLacks)
  const longestMs = rule.longestMs ?? Number.POSITIVE_INFINITY

  return ({ status, body, durationMs }) => {
    if (!ranges.some(([from, to]) => from <= status && status <= to)) {
      const error = `The target answered ${nameOf(status)}; success is ${expected}.`
      // 410 says that the target is gone for good (RFC 9110, 15.5.11): asking again would only bother it.
      return { failure: 'status', error, retryable: status !== 410 }
    }
    if (contains !== null && !body.includes(contains)) {
      return { failure: 'body', error: 'The body lacks the text that marks a success.', retryable: true }
    }
    if (lacks !== null && body.includes(lacks)) {
      return { failure: 'body', error: 'The body contains the text that marks a failure.', retryable: true }
    }
    if (durationMs > longestMs) {
      const error = `The answer took ${Math.round(durationMs)} ms; success is at most ${longestMs} ms.`
      return { failure: 'too_slow', error, retryable: true }
    }
    return null
  }
}

const DEFAULT_RANGES = [[200, 299]] as const

// The name is the standard's: the target's own reason phrase is not ours to repeat.
const nameOf = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim()
