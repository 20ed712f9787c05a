/** Reads the options of a program that is not ours: long and short, joined or apart. */

export type FlagTable = {
  /** By letter or long name, the long name of an option that takes a value. */
  readonly values: Readonly<Record<string, string>>
  /** The same for those that take none. */
  readonly switches: Readonly<Record<string, string>>
}

export type Read = {
  /** In order, under their long names. */
  readonly given: readonly (readonly [name: string, value: string])[]
  readonly words: readonly string[]
}

export const readFlags = (
  args: readonly string[],
  { values, switches }: FlagTable,
): Read | { readonly problem: string } => {
  const given: (readonly [string, string])[] = []
  const words: string[] = []
  let at = 0
  const unknown = (flag: string) => ({ problem: `the option ${flag} has no counterpart here` })
  while (at < args.length) {
    const word = args[at++] as string
    if (word === '--') {
      words.push(...args.slice(at))
      break
    }
    if (word.startsWith('--')) {
      const [name = '', joined] = splitAt(word.slice(2), '=')
      const long = values[name]
      if (long !== undefined) {
        const value = joined ?? args[at++]
        if (value === undefined) return { problem: `--${name} lacks its value` }
        given.push([long, value])
      } else if (switches[name] !== undefined) given.push([switches[name], ''])
      else return unknown(`--${name}`)
    } else if (word.startsWith('-') && word !== '-') {
      for (let letters = word.slice(1); letters !== ''; letters = letters.slice(1)) {
        const letter = letters[0] as string
        const long = values[letter]
        if (long !== undefined) {
          const value = letters.length > 1 ? letters.slice(1) : args[at++]
          if (value === undefined) return { problem: `-${letter} lacks its value` }
          given.push([long, value])
          break
        }
        if (switches[letter] === undefined) return unknown(`-${letter}`)
        given.push([switches[letter], ''])
      }
    } else words.push(word)
  }
  return { given, words }
}

const splitAt = (text: string, by: string): readonly [string, string | undefined] => {
  const at = text.indexOf(by)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
