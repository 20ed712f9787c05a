/** Why a token was refused. Only whoever holds a token of ours learns more than that it is none. */
import type { Deps } from './deps.ts'

export type TokenTrouble = 'invalid' | 'expired' | 'refresh_token' | 'user_gone' | 'user_disabled' | 'session_over'

export const createTokenTrouble =
  ({ store, auth }: Pick<Deps, 'store' | 'auth'>) =>
  async (token: string): Promise<TokenTrouble> => {
    if (auth.refreshTokens.sessionOf(token) !== null) return 'refresh_token'
    const claims = await auth.accessTokens.claimsOf(token)
    if (claims === null) return 'invalid'
    if ((await auth.accessTokens.verify(token)) === null) return 'expired'
    const user = await store.people.userById(claims.userId)
    if (user === null) return 'user_gone'
    return user.enabled ? 'session_over' : 'user_disabled'
  }
