/** Sums by the hour, which outlive the executions they were made from. Written by upkeep alone, in small pieces. */

export type OpenHour = { readonly workspaceKey: number; readonly hour: number }

export type RollupStore = {
  /** The workspaces that have executions, by key, those after `after`. */
  readonly workspaces: (after: number, limit: number) => Promise<readonly number[]>
  /** After the wall clock went back: what lies ahead of `now` is summed up again when its time has come. */
  readonly forgetAhead: (now: number) => Promise<void>
  /** Notes hours with executions that were over before `until`; at most `limit`. True: there may be more. */
  readonly discover: (workspaceKey: number, until: number, limit: number) => Promise<boolean>
  /** The first hour after this one (by workspace, then hour) that is not summed up. */
  readonly nextOpen: (after: OpenHour | null) => Promise<OpenHour | null>
  /** Adds the next executions of the hour to its sums, at most `limit`. `waits`: one of them has not ended yet. */
  readonly sum: (hour: OpenHour, limit: number) => Promise<'more' | 'done' | 'waits'>
}
