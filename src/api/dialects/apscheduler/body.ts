/** Jobs as clients write them down, read into what the use cases take. Pure. */
import { DEFAULT_POLICIES, POLICY_BOUNDS, type Policies, type PolicyChoices } from '../../../domain/policies.ts'
import type { FunctionTarget } from '../../../domain/target.ts'
import type { JobEdit, JobInput, JobView } from '../../../services/services.ts'
import { invalidRequest, invalidTrigger, refusal } from './errors.ts'
import { type Fields, type Ground, isTriggerArgument, timetableOf } from './trigger.ts'

const SETTINGS = ['name', 'func', 'args', 'kwargs', 'max_instances', 'misfire_grace_time', 'coalesce'] as const

/** The function that every server of the kind brings along, and the argument that is handed to it where a client names none. */
export const SAMPLE_FUNCTION = 'cronzimus.controller.task:task'
const SAMPLE_ARGUMENTS: readonly unknown[] = ['<Database instance>']

export const fieldsIn = (body: unknown): Fields => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw refusal(400, 'INVALID_REQUEST', 'The body must be a JSON object.')
  return body as Fields
}

export type NewJob = { readonly id: string; readonly replaces: boolean; readonly input: JobInput }

export const newJobOf = (fields: Fields, ground: Ground): NewJob => {
  const { id, func, replace_existing: replaces = false } = fields
  if (typeof id !== 'string' || id === '') throw invalidRequest('id', id, 'give a text that is not empty')
  if (typeof func !== 'string' || func === '')
    throw refusal(400, 'INVALID_FUNCTION', 'func: name a registered function, such as "module.path:callable"')
  if (typeof replaces !== 'boolean') throw invalidRequest('replace_existing', replaces, 'give true or false')
  refuseStray(fields, ['id', 'trigger', 'replace_existing'])
  const edit = editOf(fields, { present: null, ground })
  const { target } = edit
  if (target === undefined) throw new Error('A function was given, and no target came of it.')
  return {
    id,
    replaces,
    input: {
      ...edit,
      externalId: id,
      name: edit.name ?? id,
      timetable: timetableOf(fields.trigger, triggerArguments(fields), ground),
      target,
    },
  }
}

/** Of a job that is there: only what is named changes. */
export const jobEditOf = (fields: Fields, present: JobView, ground: Ground): JobEdit => {
  if ('id' in fields && fields.id !== (present.externalId ?? present.id))
    throw invalidRequest('id', fields.id, 'the id of a job cannot be changed')
  refuseStray(fields, ['id', 'trigger'])
  const edit = editOf(fields, { present, ground })
  if (fields.trigger !== undefined && fields.trigger !== null)
    return { ...edit, timetable: timetableOf(fields.trigger, triggerArguments(fields), ground) }
  const [stray] = Object.keys(triggerArguments(fields))
  if (stray !== undefined)
    throw invalidTrigger(stray, fields[stray], 'name the trigger as well: interval, cron or date')
  return edit
}

const triggerArguments = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => isTriggerArgument(name)))

const refuseStray = (fields: Fields, more: readonly string[]): void => {
  const known: readonly string[] = [...SETTINGS, ...more]
  const stray = Object.keys(fields).find((name) => !known.includes(name) && !isTriggerArgument(name))
  if (stray !== undefined)
    throw invalidRequest(
      stray.slice(0, 100),
      undefined,
      `there is no such field; there are ${known.join(', ')}, and the arguments of triggers`,
    )
}

type Present = { readonly present: JobView | null; readonly ground: Ground }
type Edit = Pick<JobEdit, 'name' | 'target' | 'policies'>

const editOf = (fields: Fields, { present }: Present): Edit => {
  const { name } = fields
  if (name !== undefined && name !== null && (typeof name !== 'string' || name.trim() === ''))
    throw invalidRequest('name', name, 'give a text that is not empty')
  const target = targetOf(fields, present)
  const policies = policiesOf(fields, present?.policies ?? DEFAULT_POLICIES)
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(target === null ? {} : { target }),
    ...(policies === null ? {} : { policies }),
  }
}

const targetOf = ({ func, args, kwargs }: Fields, present: JobView | null): FunctionTarget | null => {
  if (func === undefined && args === undefined && kwargs === undefined) return null
  const kept = present?.target.kind === 'function' ? present.target : null
  if (func !== undefined && typeof func !== 'string')
    throw refusal(400, 'INVALID_FUNCTION', 'func: name a registered function, such as "module.path:callable"')
  const name = func ?? kept?.function
  if (name === undefined)
    throw invalidRequest('func', undefined, 'this job calls no function; name one to give it arguments')
  if (args !== undefined && !Array.isArray(args)) throw invalidRequest('args', args, 'give a list')
  const isNamed = typeof kwargs === 'object' && kwargs !== null && !Array.isArray(kwargs)
  if (kwargs !== undefined && !isNamed) throw invalidRequest('kwargs', kwargs, 'give an object')
  const isSame = kept !== null && kept.function === name
  const byDefault = isSame ? kept.args : name === SAMPLE_FUNCTION ? SAMPLE_ARGUMENTS : []
  return {
    kind: 'function',
    function: name,
    args: args ?? byDefault,
    kwargs: isNamed ? (kwargs as Fields) : (kept?.kwargs ?? {}),
  }
}

const MOST_INSTANCES = 1000
const [, LONGEST_GRACE_MS] = POLICY_BOUNDS['misfire.windowMs']

/** Null where none of them is named. */
const policiesOf = (fields: Fields, present: Policies): PolicyChoices | null => {
  const { max_instances: most, misfire_grace_time: grace, coalesce } = fields
  if (most === undefined && grace === undefined && coalesce === undefined) return null
  if (most !== undefined && !(Number.isInteger(most) && Number(most) >= 1 && Number(most) <= MOST_INSTANCES))
    throw invalidRequest('max_instances', most, `give a whole number from 1 to ${MOST_INSTANCES}`)
  const longest = LONGEST_GRACE_MS / 1000
  const isGrace = grace === null || (typeof grace === 'number' && grace > 0 && grace <= longest)
  if (grace !== undefined && !isGrace)
    throw invalidRequest(
      'misfire_grace_time',
      grace,
      `give a number of seconds above 0, at most ${longest}, or null for no bound`,
    )
  if (coalesce !== undefined && typeof coalesce !== 'boolean')
    throw invalidRequest('coalesce', coalesce, 'give true or false')
  const { misfire } = present
  return {
    ...present,
    ...(most === undefined ? {} : instances(Number(most))),
    misfire: {
      ...misfire,
      ...(coalesce === undefined ? {} : { mode: coalesce ? ('latest' as const) : ('all' as const) }),
      ...(grace === undefined
        ? {}
        : { windowMs: grace === null ? LONGEST_GRACE_MS : Math.round(Number(grace) * 1000) }),
    },
  }
}

const instances = (most: number): Pick<Policies, 'overlap' | 'concurrency'> =>
  most === 1 ? { overlap: 'skip', concurrency: null } : { overlap: 'allow', concurrency: most }
