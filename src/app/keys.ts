/** The stored secrets of the configured database under its keys, for the operator's shell: the server may run meanwhile. */
import { createSecrets } from '../auth/secrets.ts'
import type { DatabaseAddress } from '../config/config.ts'
import { createRotation, type Rotation } from '../services/services.ts'
import { openSqliteStore } from '../store/sqlite/database.ts'

type Keys = { readonly secretKey: string; readonly previousSecretKeys: readonly string[] }

const withRotation = async <Result>(
  database: DatabaseAddress,
  { secretKey, previousSecretKeys }: Keys,
  act: (rotation: Rotation) => Promise<Result>,
): Promise<Result> => {
  const faults: Error[] = []
  const store = await openSqliteStore({ path: database.path, onFault: (error) => faults.push(error) })
  const secrets = createSecrets(secretKey, previousSecretKeys)
  const result = await act(createRotation({ sealed: store.sealed, secrets })).finally(store.close)
  if (faults.length > 0) throw new AggregateError(faults, faults.map(({ message }) => message).join('; '))
  return result
}

export const rotateKeys = (database: DatabaseAddress, keys: Keys, onProgress: Parameters<Rotation['rotate']>[0]) =>
  withRotation(database, keys, (rotation) => rotation.rotate(onProgress))

/** What still rests under a former key, and what no known key opens. */
export const formerlySealed = (database: DatabaseAddress, keys: Keys) =>
  withRotation(database, keys, (rotation) => rotation.look())
