/** Tokens with which a target reports on one attempt: derived, so that nothing is stored for calls that nobody reports on. */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { keyFor } from './keys.ts'

export type ReportedAttempt = {
  readonly workspaceKey: number
  readonly executionId: string
  readonly attempt: number
}

export type ReportTokens = {
  readonly tokenOf: (attempt: ReportedAttempt) => string
  /** The workspace of the execution, if the token is that of this attempt of it; null otherwise. */
  readonly workspaceOf: (token: string, of: Omit<ReportedAttempt, 'workspaceKey'>) => number | null
}

const PURPOSE = 'report tokens'
const MASK_PURPOSE = 'report tokens mask'
/** A workspace's number in 6 bytes, then 32 of the mark. */
const NUMBER_BYTES = 6
const TOKEN = /^crp_[A-Za-z0-9_-]{51}$/
const PREFIX = 'crp_'

type Keys = { readonly mark: KeyObject; readonly mask: KeyObject }

/** `previous`: former keys, whose tokens stay good: an attempt may be under way while the key is changed. */
export const createReportTokens = (secret: string, previous: readonly string[] = []): ReportTokens => {
  const [current, ...former] = [secret, ...previous].map((each) => ({
    mark: keyFor(each, PURPOSE),
    mask: keyFor(each, MASK_PURPOSE),
  })) as [Keys, ...Keys[]]

  return {
    tokenOf: (attempt) => {
      const number = Buffer.alloc(NUMBER_BYTES)
      number.writeUIntBE(attempt.workspaceKey, 0, NUMBER_BYTES)
      const bytes = Buffer.concat([masked(current, number, attempt.executionId), markOf(current, attempt)])
      return PREFIX + bytes.toString('base64url')
    },
    workspaceOf: (token, of) => {
      if (!TOKEN.test(token)) return null
      const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url')
      const number = bytes.subarray(0, NUMBER_BYTES)
      for (const keys of [current, ...former]) {
        const workspaceKey = masked(keys, number, of.executionId).readUIntBE(0, NUMBER_BYTES)
        if (timingSafeEqual(bytes.subarray(NUMBER_BYTES), markOf(keys, { ...of, workspaceKey }))) return workspaceKey
      }
      return null
    },
  }
}

const markOf = ({ mark }: Keys, { workspaceKey, executionId, attempt }: ReportedAttempt): Buffer =>
  createHmac('sha256', mark)
    .update(JSON.stringify([workspaceKey, executionId, attempt]))
    .digest()

/** The store finds an execution by its workspace, whose number is no business of a target: masked, and unmasked likewise. */
const masked = ({ mask }: Keys, number: Buffer, executionId: string): Buffer => {
  const pad = createHmac('sha256', mask).update(executionId).digest()
  return Buffer.from(number.map((byte, at) => byte ^ (pad[at] ?? 0)))
}
