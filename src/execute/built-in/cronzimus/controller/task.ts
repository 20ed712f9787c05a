/** The function that the sample job calls, and that clients of APScheduler know by this name: it does nothing but say that it ran. */

type Context = { readonly log: (...values: unknown[]) => void; readonly scheduledFor: Date }

/** Arguments of any number; the last two are the named ones and what is known of the call. */
export const task = (...given: readonly unknown[]): string => {
  const context = given.at(-1) as Context
  context.log(`The sample task ran with ${JSON.stringify(given.slice(0, -2))}.`)
  return 'done'
}
