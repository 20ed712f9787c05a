/** Targets that are registered functions, and the functions themselves, on the wire. */
import { z } from 'zod'
import { FUNCTION_BOUNDS } from '../../domain/function-target-rules.ts'
import { LONGEST_FUNCTION_NAME } from '../../domain/functions.ts'
import { Id, strict } from './values.ts'

const name = z
  .string()
  .min(1)
  .max(LONGEST_FUNCTION_NAME)
  .meta({ examples: ['report', 'reports.daily:send'] })
const args = z.array(z.unknown()).max(FUNCTION_BOUNDS.args)
const kwargs = z.record(z.string().min(1).max(FUNCTION_BOUNDS.kwargLength), z.unknown())

export const FunctionTarget = strict({ kind: z.literal('function'), function: name, args, kwargs }).meta({
  id: 'FunctionTarget',
})

const ARGS = args.optional().describe('Handed over in this order.').meta({ default: [] })
const KWARGS = kwargs.optional().describe('Handed over as one object, after `args`.').meta({ default: {} })

export const FunctionTargetInput = strict({
  kind: z.literal('function'),
  function: name,
  args: ARGS,
  kwargs: KWARGS,
}).meta({ id: 'FunctionTargetRequest' })
export type FunctionTargetInput = z.input<typeof FunctionTargetInput>

/** What an edit, or one manual run, may say of a function; each is replaced whole. */
export const FUNCTION_OVERRIDES = { args: args.optional(), kwargs: kwargs.optional() }
export const FUNCTION_EDIT = { function: name.optional(), ...FUNCTION_OVERRIDES }

export const FunctionModule = strict({
  name: z.string().describe('As a target names it.'),
  file: z.string().describe('Within the folder of functions.'),
  main: z
    .string()
    .nullable()
    .describe('The callable that the bare name stands for; null: a target says `name:callable`.'),
  callables: z.array(z.string()),
  error: z.string().nullable().describe('Why the module cannot be loaded.'),
  quarantined_jobs: z
    .array(strict({ id: Id, name: z.string() }))
    .describe('Jobs of the workspace that were paused because the function crashed three times in a row.'),
}).meta({ id: 'FunctionModule' })
export type FunctionModule = z.infer<typeof FunctionModule>

export const FunctionList = strict({ items: z.array(FunctionModule).describe('By name.') }).meta({ id: 'FunctionList' })
export type FunctionList = z.infer<typeof FunctionList>
