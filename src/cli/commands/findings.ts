/** One line of the doctor: what was looked at, how grave it is, and what to do. */

export type Verdict = 'ok' | 'warn' | 'bad'
export type Finding = { readonly check: string; readonly verdict: Verdict; readonly message: string }

type Judge = (message: string) => Finding

export const verdicts = (check: string): Readonly<Record<Verdict, Judge>> => ({
  ok: (message) => ({ check, verdict: 'ok', message }),
  warn: (message) => ({ check, verdict: 'warn', message }),
  bad: (message) => ({ check, verdict: 'bad', message }),
})

export const MEBIBYTE = 2 ** 20
