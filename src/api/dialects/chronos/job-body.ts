/** The body of a submitted or rescheduled job, read field by field. */
import { HTTP_METHODS } from '../../../domain/target.ts'
import type { TargetInput } from '../../../services/services.ts'
import { refusal } from './errors.ts'
import { instantIn, RECURRENCES, type Recurrence } from './recurrence.ts'
import { type Fields, isFields, textIn } from './surface.ts'

export const TYPES = ['http', 'function', 'github', 'email'] as const

/** What is particular to the type stands in `payload`, or beside it. */
export const targetOf = (body: Fields): TargetInput => {
  const payload = body.payload ?? {}
  if (!isFields(payload)) throw refusal(400, 'payload: give an object.')
  const fields = { ...body, ...payload }
  const type = textIn(body, 'type') ?? 'http'
  switch (type) {
    case 'http':
      return httpTarget(fields)
    case 'function':
      return {
        kind: 'function',
        function: needed(fields, 'function'),
        args: listIn(fields, 'args'),
        kwargs: objectIn(fields, 'kwargs') ?? {},
      }
    case 'github':
      return {
        kind: 'github',
        owner: needed(fields, 'owner'),
        repo: needed(fields, 'repo'),
        workflow: needed(fields, 'workflow'),
        ref: textIn(fields, 'ref'),
        inputs: objectIn(fields, 'inputs'),
        token: textIn(fields, 'token'),
      }
    case 'email':
      return {
        kind: 'email',
        to: recipientsIn(fields),
        subject: needed(fields, 'subject'),
        text: textIn(fields, 'text') ?? needed(fields, 'body'),
      }
    default:
      throw refusal(400, `type: ${JSON.stringify(type)}: use one of ${TYPES.join(', ')}.`)
  }
}

const httpTarget = (fields: Fields): TargetInput => {
  const wanted = (textIn(fields, 'method') ?? 'GET').toUpperCase()
  const method = HTTP_METHODS.find((known) => known === wanted)
  if (method === undefined)
    throw refusal(400, `method: ${JSON.stringify(wanted)}: use one of ${HTTP_METHODS.join(', ')}.`)
  const headers = Object.entries(objectIn(fields, 'headers') ?? {}).map(([name, value]) => {
    if (typeof value === 'string') return { name, value }
    throw refusal(400, `headers: ${name}: give a text.`)
  })
  const { body } = fields
  return {
    kind: 'http',
    url: needed(fields, 'url'),
    method,
    ...(headers.length === 0 ? {} : { headers }),
    ...(body === undefined || body === null
      ? {}
      : { body: typeof body === 'string' ? { type: 'text', content: body } : { type: 'json', content: body } }),
  }
}

const needed = (fields: Fields, name: string): string => {
  const text = textIn(fields, name)
  if (text === undefined) throw refusal(400, `${name} is required.`)
  return text
}

/** One address, or a list of them. */
const recipientsIn = ({ to }: Fields): readonly string[] => {
  const list = typeof to === 'string' ? [to] : to
  if (Array.isArray(list) && list.every((address) => typeof address === 'string')) return list
  throw refusal(400, `to: ${JSON.stringify(to) ?? 'missing'}: give an address, or a list of them.`)
}

const listIn = (fields: Fields, name: string): readonly unknown[] => {
  const value = fields[name] ?? []
  if (!Array.isArray(value)) throw refusal(400, `${name}: give a list.`)
  return value
}

const objectIn = (fields: Fields, name: string): Fields | undefined => {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (!isFields(value)) throw refusal(400, `${name}: give an object.`)
  return value
}

/** Epoch ms; undefined where no time is given. 400 for one that has passed. */
export const runAtOf = (body: Fields, { now, zone }: { readonly now: number; readonly zone: string }) => {
  const text = textIn(body, 'runAt') ?? textIn(body, 'scheduledTime')
  if (text === undefined) return undefined
  const at = instantIn(text, zone)
  if (at === null) throw refusal(400, `runAt: ${JSON.stringify(text)}: give a time such as 2026-12-31T08:00:00Z.`)
  if (at <= now) throw refusal(400, `runAt: ${JSON.stringify(text)}: this time has passed.`)
  return at
}

/** Undefined where it is not there; null: none any more. */
export const recurrenceIn = ({ recurrence }: Fields): Recurrence | null | undefined => {
  if (recurrence === undefined || recurrence === null) return recurrence
  const found = RECURRENCES.find((known) => known === String(recurrence).toLowerCase())
  if (found !== undefined) return found
  throw refusal(400, `recurrence: ${JSON.stringify(recurrence)}: use one of ${RECURRENCES.join(', ')}.`)
}
