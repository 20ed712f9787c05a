/** What the runner of HTTP targets knows of applications: their rows in the store, with their secrets opened. */
import type { Secrets } from '../auth/secrets.ts'
import type { HandshakeMemory } from '../execute/execute.ts'
import { applicationPlace, credentialsPlace } from '../services/services.ts'
import type { Store } from '../store/store.ts'

type Parts = {
  readonly store: Pick<Store, 'applications'>
  readonly secrets: Secrets
  /** Hears of what could not be written or opened; the run goes on without. */
  readonly onFault: (error: unknown) => void
}

export const handshakeMemory = ({ store: { applications }, secrets, onFault }: Parts): HandshakeMemory => ({
  recall: async ({ workspaceKey }, { apiId }) => {
    const row = await applications.recall(workspaceKey, apiId)
    if (row === null) return 'gone'
    const { applicationId, apiName, handshakeUrl: url, sealedSecret, sealedCredentials, validUntil } = row
    if (url === null) return 'none'
    const opened = (sealed: string, place: Parameters<Secrets['open']>[1]): string | null => {
      try {
        return secrets.open(sealed, place)
      } catch {
        return null
      }
    }
    const secret = sealedSecret === null ? null : opened(sealedSecret, applicationPlace(workspaceKey, applicationId))
    if (sealedSecret !== null && secret === null) return 'sealed'
    const credentials =
      sealedCredentials === null ? null : opened(sealedCredentials, credentialsPlace(workspaceKey, apiId))
    return {
      handshake: { url, applicationId, apiName, secret },
      // Where the key of what was granted is lost, the application is asked again.
      kept: credentials === null || validUntil === null ? null : { credentials, validUntil },
    }
  },
  keep: async ({ workspaceKey }, { apiId }, kept) => {
    try {
      const granted = kept && {
        sealed: secrets.seal(kept.credentials, credentialsPlace(workspaceKey, apiId)),
        validUntil: Math.round(kept.validUntil),
      }
      await applications.keep(workspaceKey, apiId, granted)
    } catch (error) {
      onFault(error)
    }
  },
})
