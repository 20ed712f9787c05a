/** A job's target on its way in and out: secrets come as plain text, are kept sealed, and are shown as a fingerprint. */
import type { HttpTarget } from '../domain/target.ts'

/** Without its secret an update keeps the stored one. */
export type HttpAuthInput =
  | { readonly kind: 'basic'; readonly username: string; readonly password?: string | undefined }
  | { readonly kind: 'bearer'; readonly token?: string | undefined }
  | { readonly kind: 'header'; readonly name: string; readonly value?: string | undefined }

export type TargetInput = Omit<HttpTarget, 'auth'> & { readonly auth?: HttpAuthInput | undefined }

/** First 8 hex digits of a keyed hash: equal secrets of one workspace look equal, nothing else can be told. */
export type Fingerprint = { readonly fingerprint: string }

export type HttpAuthView =
  | { readonly kind: 'basic'; readonly username: string; readonly password: Fingerprint }
  | { readonly kind: 'bearer'; readonly token: Fingerprint }
  | { readonly kind: 'header'; readonly name: string; readonly value: Fingerprint }

export type TargetView = Omit<HttpTarget, 'auth'> & { readonly auth?: HttpAuthView }
