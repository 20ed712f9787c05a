/** The runner of e-mail targets: one message to each address, by the way to the mail server that is handed in. */
import type { Assignment } from '../domain/attempt.ts'
import type { SendMail } from '../domain/email-target.ts'
import type { EmailTarget } from '../domain/target.ts'
import { type Finding, failed, type Run, type Runner, succeeded } from './runner.ts'

export type EmailRunnerOptions = {
  /** Null: this server sends no e-mail. */
  readonly send: SendMail | null
  readonly isOpenTo: (workspaceKey: number) => boolean
  readonly close: () => void
}

const NOTHING_TO_STOP: Run = { stop: () => ({ statusCode: null, output: null, doing: 'starting' }) }

export const createEmailRunner = ({ send, isOpenTo, close }: EmailRunnerOptions): Runner => ({
  kind: 'email',
  start: (assignment, report) => {
    const { target, workspaceKey } = assignment
    const refusal =
      target.kind !== 'email'
        ? 'The target is not an e-mail.'
        : send === null
          ? 'This server sends no e-mail: MAIL_ENABLED is off.'
          : isOpenTo(workspaceKey)
            ? null
            : 'Jobs of this workspace may not send e-mail.'
    if (target.kind !== 'email' || send === null || refusal !== null) {
      report(failed('malformed', refusal ?? ''))
      return NOTHING_TO_STOP
    }
    const stopping = new AbortController()
    void sendAll(send, assignment, target, stopping.signal).then((finding) => {
      if (!stopping.signal.aborted) report(finding)
    })
    return {
      stop: () => {
        stopping.abort()
        return { statusCode: null, output: null, doing: 'handing the message to the mail server' }
      },
    }
  },
  close: async () => close(),
})

/** All are tried, also when one fails; another try repeats them under the same message ids. */
const sendAll = async (
  send: SendMail,
  { executionId }: Assignment,
  { to, subject, text }: EmailTarget,
  signal: AbortSignal,
): Promise<Finding> => {
  const refused: { readonly address: string; readonly error: string; readonly retry: boolean }[] = []
  let retryAfterMs: number | null = null
  for (const address of to) {
    if (signal.aborted) break
    const sent = await send({ id: `${executionId} ${address}`, to: address, subject, text }, signal)
    if (sent.ok) continue
    refused.push({ address, error: sent.error, retry: sent.retry })
    retryAfterMs = sent.retryAfterMs ?? retryAfterMs
  }
  const taken = to.length - refused.length
  const output = `The mail server took ${taken} of ${to.length}.`
  if (refused.length === 0) return succeeded(null, output)
  return failed('connection', refused.map(({ address, error }) => `${address}: ${error}`).join(' '), {
    output,
    retryable: refused.some(({ retry }) => retry),
    retryAfterMs,
  })
}
