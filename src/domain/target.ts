/** What a job calls. Data only: how it is called is the business of `execute`. */

/** A secret as it rests in the database: opened by `auth/secrets` alone, just before use. */
export type Sealed = { readonly sealed: string }

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
export const HTTP_METHODS: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

export type NameValue = { readonly name: string; readonly value: string }

export type HttpBody =
  | { readonly type: 'json'; readonly content: unknown }
  | { readonly type: 'text'; readonly content: string }
  | { readonly type: 'xml'; readonly content: string }
  | { readonly type: 'form'; readonly content: readonly NameValue[] }

export type HttpAuth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: Sealed }
  | { readonly kind: 'bearer'; readonly token: Sealed }
  | { readonly kind: 'header'; readonly name: string; readonly value: Sealed }

export type SuccessRule = {
  /** Inclusive ranges of status codes; default 200 to 299. */
  readonly status?: readonly (readonly [from: number, to: number])[]
  readonly bodyContains?: string
  readonly bodyLacks?: string
  /** An answer that takes longer than this is a failure, though it came. */
  readonly longestMs?: number
}

export type HttpTarget = {
  readonly kind: 'http'
  readonly url: string
  readonly method: HttpMethod
  readonly query?: readonly NameValue[]
  readonly headers?: readonly NameValue[]
  readonly body?: HttpBody
  readonly auth?: HttpAuth
  readonly success?: SuccessRule
  /** Follow at most 3 redirects, each checked like the first address. Default true. */
  readonly redirects?: boolean
}

/** A callable of a module that the operator has put into the folder of functions. */
export type FunctionTarget = {
  readonly kind: 'function'
  /** `report`, `reports.daily` or `reports.daily:send`; the grammar is in `functions.ts`. */
  readonly function: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
}

/** Grows by a kind for each runner. */
export type Target = HttpTarget | FunctionTarget
