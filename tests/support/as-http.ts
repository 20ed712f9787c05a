/** A target whose kind the test knows. */
import assert from 'node:assert/strict'

export const asHttp = <T extends { readonly kind: string }>(target: T | undefined): Extract<T, { kind: 'http' }> => {
  assert.equal(target?.kind, 'http')
  return target as Extract<T, { kind: 'http' }>
}
