/** Splits a command line into words as a shell would, and says so when it does more than run one program. */

export type Words = { readonly words: readonly string[] } | { readonly problem: string }

/** Output that is thrown away, or that goes where the other one goes: nothing that a caller of an address would miss. */
const REDIRECTION = /^(?:\d?>{1,2}|&>{1,2})\s*(?:\/dev\/null|&\d)/
const HARMLESS_END = /^(?:\|\|\s*(?:true|:)|;)\s*$/
const SPECIAL = /^[|&;<>(){}`]/
const NAME = /^\$(?:(\w+)|\{(\w+)\})/

/** `variables`: those that the crontab sets. */
export const shellWords = (command: string, variables: ReadonlyMap<string, string>): Words => {
  const words: string[] = []
  let word: string | null = null
  let at = 0
  const rest = () => command.slice(at)

  const variable = (): string | null => {
    const [whole, plain, braced] = NAME.exec(rest()) ?? []
    const value = whole === undefined ? undefined : variables.get(plain ?? braced ?? '')
    if (whole === undefined || value === undefined) return null
    at += whole.length
    return value
  }
  const unknownVariable = () => ({
    problem: `it uses ${/^\$\S{0,20}/.exec(rest())?.[0] ?? '$'}, which the crontab does not set`,
  })

  while (at < command.length) {
    const character = command[at] as string
    if (character === "'") {
      const end = command.indexOf("'", at + 1)
      if (end === -1) return { problem: 'a quote is not closed' }
      word = (word ?? '') + command.slice(at + 1, end)
      at = end + 1
    } else if (character === '"') {
      at += 1
      word ??= ''
      while (command[at] !== '"') {
        if (at >= command.length) return { problem: 'a quote is not closed' }
        if (command[at] === '\\' && /["\\$`]/.test(command[at + 1] ?? '')) {
          word += command[at + 1]
          at += 2
        } else if (command[at] === '`') return { problem: 'it runs another command inside' }
        else if (command[at] === '$') {
          const value = variable()
          if (value === null) return unknownVariable()
          word += value
        } else {
          word += command[at]
          at += 1
        }
      }
      at += 1
    } else if (character === '\\') {
      word = (word ?? '') + (command[at + 1] ?? '')
      at += 2
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
      at += 1
    } else if (character === '$') {
      const value = variable()
      if (value === null) return unknownVariable()
      word = (word ?? '') + value
    } else {
      const startsHere = word === null || /^\d$/.test(word)
      const redirection = startsHere ? REDIRECTION.exec((word ?? '') + rest()) : null
      if (redirection !== null) {
        at += redirection[0].length - (word?.length ?? 0)
        word = null
      } else if (word === null && HARMLESS_END.test(rest())) break
      else if (character === '#' && word === null) break
      else if (SPECIAL.test(character)) return { problem: `it does more than run one program (${character})` }
      else {
        word = (word ?? '') + character
        at += 1
      }
    }
  }
  if (word !== null) words.push(word)
  return { words }
}
