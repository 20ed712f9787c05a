/** What the routes of the chronos dialect are built from: its paths have no prefix. */
import type { FastifyInstance, RouteShorthandOptions } from 'fastify'
import type { Clock } from '../../../domain/clock.ts'
import type { Services } from '../../../services/services.ts'
import { refusal } from './errors.ts'

export const isChronosPath = (path: string): boolean => /^\/(users|jobs)(\/|$)/.test(path)

export type ChronosContext = { readonly services: Services; readonly clock: Clock; readonly timeZone: string }

export type ChronosRoutes = (scope: FastifyInstance, context: ChronosContext) => void

/** Kept out of the description of our own API. */
export const about = (summary: string): RouteShorthandOptions => ({
  schema: { hide: true, tags: ['chronos'], summary },
})

/** The same, for a path that nobody signs in for. */
export const openAbout = (summary: string): RouteShorthandOptions => ({
  schema: { hide: true, tags: ['chronos'], summary, security: [] },
  config: { access: 'public' },
})

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The body as an object, else 400. */
export const objectOf = (body: unknown): Fields => {
  if (isFields(body)) return body
  throw refusal(400, 'The body must be a JSON object.')
}

/** Undefined where it is not there; 400 for what is no text. */
export const textIn = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value.trim() !== '') return value
  throw refusal(400, `${name}: ${JSON.stringify(value)?.slice(0, 120)}: give a text.`)
}
