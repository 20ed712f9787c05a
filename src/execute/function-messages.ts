/** What the server and the thread of a function say to each other; the process between them hands it on. */
import type { Trigger } from '../domain/execution.ts'

/** One call of one function: where it is, and what it is called with. */
export type FunctionCall = {
  /** As a URL. */
  readonly file: string
  /** The folder of functions as a URL: left out of stacks. */
  readonly folder: string
  /** The exports that may be meant; the first that is a function is called. */
  readonly callables: readonly string[]
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
  readonly about: {
    readonly jobId: string
    readonly jobName: string
    readonly executionId: string
    readonly attempt: number
    readonly trigger: Trigger
    /** Epoch ms. */
    readonly scheduledFor: number
  }
}

export type ToThread =
  | { readonly say: 'call'; readonly call: FunctionCall }
  /** Only load the module and tell its callables. */
  | { readonly say: 'list'; readonly file: string; readonly folder: string }
  /** Answered by `pong` unless the thread is blocked. */
  | { readonly say: 'ping' }
  /** Fires the signal of the call. */
  | { readonly say: 'abort' }

/** How a call ended; `clean` when nothing of it goes on in the thread. */
export type Ended =
  /** `value`: as JSON, cut; null for undefined. */
  | { readonly say: 'returned'; readonly value: string | null; readonly clean: boolean }
  | {
      readonly say: 'threw'
      readonly error: string
      /** Beginning with the error itself; empty when what was thrown has none. */
      readonly stack: string
      readonly clean: boolean
    }
  | { readonly say: 'listed'; readonly callables: readonly string[]; readonly clean: boolean }
  /** The module has no such callable. */
  | { readonly say: 'missing'; readonly callables: readonly string[]; readonly clean: boolean }
  /** The module cannot be loaded. */
  | { readonly say: 'broken'; readonly error: string; readonly stack: string; readonly clean: boolean }

/** `left`: characters that were printed before `text` and are not kept. */
export type Printed = { readonly say: 'printed'; readonly text: string; readonly left: number }

/** The thread came down, by its own doing or because of what it did. */
export type Crashed = { readonly say: 'crashed'; readonly why: string }

/** The thread could not be started: no fault of the function. */
export type Unstartable = { readonly say: 'unstartable'; readonly error: string }

export type FromHost = FromThread | Crashed | Unstartable

export type FromThread = { readonly say: 'ready' } | { readonly say: 'pong' } | Printed | Ended
