/** The stored secrets of the configured database under its keys, for the operator's shell: the server may run meanwhile. */
import { createSecrets } from '../auth/secrets.ts'
import type { DatabaseAddress } from '../config/config.ts'
import { createRotation, type Rotation } from '../services/services.ts'
import { openSqliteStore, readSealed } from '../store/sqlite/database.ts'

type Keys = { readonly secretKey: string; readonly previousSecretKeys: readonly string[] }

export const rotateKeys = async (
  database: DatabaseAddress,
  { secretKey, previousSecretKeys }: Keys,
  onProgress: Parameters<Rotation['rotate']>[0],
) => {
  const faults: Error[] = []
  const store = await openSqliteStore({ path: database.path, onFault: (error) => faults.push(error) })
  const rotation = createRotation({ sealed: store.sealed, secrets: createSecrets(secretKey, previousSecretKeys) })
  const report = await rotation.rotate(onProgress).finally(store.close)
  if (faults.length > 0) throw new AggregateError(faults, faults.map(({ message }) => message).join('; '))
  return report
}

/** What still rests under a former key, and what no known key opens. Opens the file for reading alone. */
export const formerlySealed = (database: DatabaseAddress, { secretKey, previousSecretKeys }: Keys) =>
  readSealed(database.path, (sealed) =>
    createRotation({ sealed, secrets: createSecrets(secretKey, previousSecretKeys) }).look(),
  )
