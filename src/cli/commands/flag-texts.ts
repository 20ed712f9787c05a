/** Texts that flags are given: JSON, `name=value`, times; and how what was not given is left out. */
import { readFileSync } from 'node:fs'
import { readDuration } from '../duration.ts'
import { CommandFailure, usage } from '../exit-codes.ts'

export const readJson = (where: string, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw usage(where, text.length > 80 ? `${text.slice(0, 79)}…` : text, (error as SyntaxError).message)
  }
}

export const split = (option: string, text: string, by: string): [string, string] => {
  const at = text.indexOf(by)
  if (at < 1) throw usage(option, text, `write a name, ${JSON.stringify(by)} and a value`)
  const value = text.slice(at + 1)
  return [text.slice(0, at).trim(), by === ':' ? value.trim() : value]
}

export const pairs = (option: string, texts: readonly string[], by: string) =>
  texts.map((text) => split(option, text, by)).map(([name, value]) => ({ name, value }))

export const seconds = (option: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : readDuration(option, text)

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

export const given = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>

export const fileText = (option: string, path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandFailure('usage', `${option}: ${(error as Error).message}`, error)
  }
}
