/** Everything that keeps people and secrets apart, made from the two keys of the operator: one object for `app.ts` to hand on. */
import type { Clock } from '../domain/clock.ts'
import { type AccessTokens, createAccessTokens } from './access-tokens.ts'
import { type Cursors, createCursors } from './cursors.ts'
import { createLimits, type Limits } from './limits.ts'
import { createPasswordHash, HASH_COST, type HashCost } from './password-hash.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { createRefreshTokens, type RefreshTokens } from './refresh-tokens.ts'
import { createReportTokens, type ReportTokens } from './report-tokens.ts'
import { createSecrets, type Secrets } from './secrets.ts'

export type Auth = {
  readonly secrets: Secrets
  readonly passwords: Passwords
  readonly accessTokens: AccessTokens
  readonly refreshTokens: RefreshTokens
  readonly reportTokens: ReportTokens
  readonly cursors: Cursors
  readonly limits: Limits
}

export type AuthSettings = {
  readonly secretKey: string
  readonly previousSecretKeys: readonly string[]
  /** Null: a key derived from the secret key signs access tokens. */
  readonly jwtSecretKey: string | null
  readonly accessTokenSeconds: number
  /** 12 in production, 6 in development. */
  readonly minPasswordLength: number
  /** Default: HASH_COST. */
  readonly hashCost?: HashCost
}

export const createAuth = (settings: AuthSettings, clock: Clock): Auth => ({
  secrets: createSecrets(settings.secretKey, settings.previousSecretKeys),
  passwords: createPasswords({
    minLength: settings.minPasswordLength,
    hashing: createPasswordHash(settings.hashCost ?? HASH_COST),
  }),
  accessTokens: createAccessTokens({
    secret: settings.jwtSecretKey ?? settings.secretKey,
    lifetimeSeconds: settings.accessTokenSeconds,
    clock,
  }),
  refreshTokens: createRefreshTokens(settings.secretKey, settings.previousSecretKeys),
  reportTokens: createReportTokens(settings.secretKey, settings.previousSecretKeys),
  cursors: createCursors(settings.secretKey),
  limits: createLimits(clock),
})
