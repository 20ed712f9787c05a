/** A function and what it is called with, as flags. */
import type { Command } from 'commander'
import { usage } from '../exit-codes.ts'
import { readJson } from './flag-texts.ts'

export type FunctionFlags = { readonly function?: string; readonly args?: string; readonly kwargs?: string }

export const withFunctionFlags = (command: Command): Command =>
  withArguments(
    command.option(
      '--function <name>',
      'the registered function to call, instead of --url: report, reports.daily:send',
    ),
  )

export const withArguments = (command: Command): Command =>
  command
    .option('--args <json>', 'what the function is called with, as a JSON list: \'["eu", 7]\'')
    .option('--kwargs <json>', 'its named arguments, as a JSON object: \'{"dry": true}\'')

/** The fields that were given. */
export const argumentsOf = ({ args, kwargs }: FunctionFlags) => ({
  args: args === undefined ? undefined : listOf(args),
  kwargs: kwargs === undefined ? undefined : objectOf(kwargs),
})

const listOf = (text: string): unknown[] => {
  const list = readJson('--args', text)
  if (Array.isArray(list)) return list
  throw usage('--args', text, 'write a JSON list, such as ["eu", 7]')
}

const objectOf = (text: string): Record<string, unknown> => {
  const object = readJson('--kwargs', text)
  if (typeof object === 'object' && object !== null && !Array.isArray(object)) return object as Record<string, unknown>
  throw usage('--kwargs', text, 'write a JSON object, such as {"dry": true}')
}
