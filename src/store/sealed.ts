/** Every place where a sealed secret rests, for whoever seals all of them anew under another key. */

/** A text with sealed secrets in it, and to whom they belong. */
export type SealedText = {
  readonly place: string
  /** Of the row; its order is that of the pages. */
  readonly key: string
  readonly workspaceKey: number
  readonly owner: string
  /** `target`: a job's target, with its secrets in it. `text`: a sealed text, for this field. */
  readonly form: { readonly kind: 'target' } | { readonly kind: 'text'; readonly field: string }
  readonly text: string
}

export type SealedStore = {
  readonly places: readonly string[]
  /** By key, those after `after`. */
  readonly page: (place: string, after: string | null, limit: number) => Promise<readonly SealedText[]>
  /** Each only where the text is still what it was: whoever saved meanwhile wins. Answers how many were replaced. */
  readonly replace: (
    texts: readonly { readonly place: string; readonly key: string; readonly from: string; readonly to: string }[],
  ) => Promise<number>
}
