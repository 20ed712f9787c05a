/** What commands have in common: where the server is, whether a program reads along, lists longer than a page. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Client, Query } from '../client/client.ts'
import { clientOf, type World } from '../world.ts'

export type Adder = (parent: Command, world: World) => void

export type Shared = { readonly server?: string; readonly json?: boolean }

/** For commands that speak with a server. */
export const onServer = (command: Command): Command =>
  command.option('--server <url>', 'the server, instead of CARILLON_URL or the one signed in to')

/** For commands that print data. */
export const withJson = (command: Command): Command => command.option('--json', 'print JSON, for programs')

/** Runs an action with a client; commander hands over arguments first, then options. */
export const asking =
  <O extends Shared>(world: World, act: (client: Client, options: O, args: readonly string[]) => Promise<void>) =>
  async (...given: readonly unknown[]): Promise<void> => {
    const options = given.at(-2) as O
    await act(clientOf(world, options.server), options, given.slice(0, -2) as readonly string[])
  }

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`)
  }

/** For options that may be given several times. */
export const several = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

type PageOf<T> = { readonly items: readonly T[]; readonly next_cursor: string | null }

const LARGEST_PAGE = 100

/** As many entries as are wanted, however many pages that takes. */
export const listed = async <T>(client: Client, path: string, query: Query, wanted: number): Promise<readonly T[]> => {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const limit = Math.min(LARGEST_PAGE, wanted - items.length)
    const page: PageOf<T> = await client.get(path, { ...query, limit, cursor })
    items.push(...page.items)
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined && items.length < wanted)
  return items
}
