/** What targets report on attempts they took over. Nobody signs in for it: the token of the attempt is the authority. */
import { createHash } from 'node:crypto'
import { placeOf, sealedIn } from '../auth/target-secrets.ts'
import { DomainError, notFound } from '../domain/errors.ts'
import { isId } from '../domain/ids.ts'
import { redact } from '../domain/redact.ts'
import type { ReportedEnd } from '../domain/report.ts'
import type { ReportableAttempt, ReportNote } from '../store/store.ts'
import type { Deps } from './deps.ts'
import { opening } from './kept-secret.ts'

export type Report = {
  readonly attempt: number
  readonly status: 'success' | 'failed' | 'progress'
  readonly percent: number | null
  readonly message: string | null
  readonly output: string | null
  readonly statusCode: number | null
  readonly lines: readonly string[]
}

export type Reports = {
  /**
   * `not_found` for a wrong token as for an unknown execution; `conflict` for an attempt that runs no more. The report that
   * ended the attempt may be repeated: it is answered as it was.
   */
  readonly report: (executionId: string, token: string | null, report: Report) => Promise<void>
}

export const createReports = ({ store, clock, auth, signals }: Deps): Reports => {
  const attemptFor = async (executionId: string, token: string | null, attempt: number): Promise<ReportableAttempt> => {
    const workspaceKey =
      token === null || !isId(executionId) ? null : auth.reportTokens.workspaceOf(token, { executionId, attempt })
    const found = workspaceKey === null ? null : await store.reports.attempt(workspaceKey, executionId)
    if (found === null) throw notFound('execution', executionId)
    return found
  }

  const secretsOf = ({ workspaceKey, jobId, target }: ReportableAttempt): readonly string[] =>
    sealedIn(target).flatMap(({ field, sealed }) => {
      const plain = opening(() => auth.secrets.open(sealed.sealed, placeOf({ workspaceKey, jobId }, field)))
      return plain === null ? [] : [plain]
    })

  return {
    report: async (executionId, token, report) => {
      const found = await attemptFor(executionId, token, report.attempt)
      const digest = report.status === 'progress' ? null : digestOf(report)
      if (isRepetition(found, report.attempt, digest)) return
      if (found.status !== 'running' || found.attempt !== report.attempt) throw over(found)

      // A target that logs what it was sent does not get our secrets into the database.
      const secrets = [...secretsOf(found), token ?? '']
      const clean = (text: string | null): string | null =>
        text === null ? null : redact(text.replaceAll('\0', ''), secrets)
      const note: ReportNote = {
        workspaceKey: found.workspaceKey,
        executionId,
        attempt: report.attempt,
        percent: report.percent,
        message: clean(report.message),
        lines: report.lines.map((line) => clean(line) ?? ''),
        finalDigest: digest,
        now: clock.now(),
      }
      const isKept =
        report.status === 'progress'
          ? await store.reports.note(note)
          : await signals.reported(found, endOf(report, note.message, clean(report.output)), note)
      if (isKept) return
      // Somebody was quicker: the deadline, a cancel, or this very report on another connection.
      const present = await attemptFor(executionId, token, report.attempt)
      if (!isRepetition(present, report.attempt, digest)) throw over(present)
    },
  }
}

const endOf = ({ status, statusCode }: Report, message: string | null, output: string | null): ReportedEnd =>
  status === 'success'
    ? { kind: 'success', error: null, statusCode, output }
    : { kind: 'failure', error: message ?? 'The target reported a failure.', statusCode, output }

const digestOf = ({ status, percent, message, output, statusCode, lines }: Report): string =>
  createHash('sha256')
    .update(JSON.stringify([status, percent, message, output, statusCode, lines]))
    .digest('base64')

const isRepetition = ({ lastFinal }: ReportableAttempt, attempt: number, digest: string | null): boolean =>
  lastFinal?.attempt === attempt && lastFinal.digest === digest

const over = ({ attempt, status }: ReportableAttempt): DomainError =>
  new DomainError('conflict', `This attempt runs no more: the execution is ${status}, at attempt ${attempt}.`)
