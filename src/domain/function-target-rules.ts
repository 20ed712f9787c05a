/** What a function target must be before a job may have it: pure checks, told field by field. */
import type { FieldError } from './errors.ts'
import { FUNCTION_NAME_RULE, parseFunctionName } from './functions.ts'
import type { FunctionTarget } from './target.ts'

/** What is handed to a thread on every call stays small. */
export const FUNCTION_BOUNDS = { args: 100, kwargs: 100, kwargLength: 200, bytes: 64 * 1024 } as const

/** All that is wrong with a function target; whether there is such a function is asked elsewhere. */
export const checkFunctionTarget = (target: FunctionTarget, field = 'target'): FieldError[] => [
  ...(parseFunctionName(target.function) === null
    ? [{ field: `${field}.function`, value: target.function, message: FUNCTION_NAME_RULE }]
    : []),
  ...checkArguments(target, field),
]

const checkArguments = ({ args, kwargs }: FunctionTarget, field: string): FieldError[] => {
  const names = Object.keys(kwargs)
  const errors: FieldError[] = []
  if (args.length > FUNCTION_BOUNDS.args)
    errors.push({ field: `${field}.args`, value: args.length, message: `at most ${FUNCTION_BOUNDS.args} arguments` })
  if (names.length > FUNCTION_BOUNDS.kwargs)
    errors.push({
      field: `${field}.kwargs`,
      value: names.length,
      message: `at most ${FUNCTION_BOUNDS.kwargs} named arguments`,
    })
  for (const name of names) {
    const isFit = name.length >= 1 && name.length <= FUNCTION_BOUNDS.kwargLength && name !== '__proto__'
    if (!isFit)
      errors.push({
        field: `${field}.kwargs`,
        value: name,
        message: `a name has 1 to ${FUNCTION_BOUNDS.kwargLength} characters and is not __proto__`,
      })
  }
  for (const [name, value] of Object.entries({ args, kwargs })) {
    const bytes = Buffer.byteLength(JSON.stringify(value))
    if (bytes > FUNCTION_BOUNDS.bytes)
      errors.push({
        field: `${field}.${name}`,
        value: bytes,
        message: `at most ${FUNCTION_BOUNDS.bytes} bytes, written as JSON`,
      })
  }
  return errors
}
