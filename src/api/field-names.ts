/** How the fields of the use cases are called on the wire: `timetable.schedules[0].everyMs` is `schedules[0].every_seconds`. */
import type { FieldError } from '../domain/errors.ts'

const RENAMED: Readonly<Record<string, string>> = {
  zone: 'time_zone',
  redirects: 'follow_redirects',
}

/** Below these the names are the caller's own. */
const FREE = new Set(['metadata', 'headers', 'query', 'content', 'args', 'kwargs', 'inputs'])

/** Instants that the use cases count in milliseconds and the wire writes out. */
const INSTANTS = new Set(['anchor', 'at', 'after', 'from', 'until', 'expiresAt'])

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const onWire = (name: string): string => {
  const renamed = RENAMED[name]
  if (renamed !== undefined) return renamed
  return name.endsWith('Ms') ? `${snake(name.slice(0, -2))}_seconds` : snake(name)
}

/** Fields that are on the wire already come out as they are. */
export const wireField = (path: string): string => {
  const parts = path.split('.')
  if (parts[0] === 'timetable' && parts.length > 1) parts.shift()
  let free = false
  return parts
    .map((part) => {
      if (free) return part
      const [, name = '', index = ''] = /^([^[]*)(.*)$/s.exec(part) ?? []
      free = FREE.has(name)
      return `${onWire(name)}${index}`
    })
    .join('.')
}

/** The same fault with its field and its value as the caller wrote them. */
export const wireError = (error: FieldError): FieldError => {
  const last = /([A-Za-z]+)[^.A-Za-z]*$/.exec(error.field)?.[1] ?? ''
  const field = wireField(error.field)
  if (typeof error.value !== 'number') return { ...error, field }
  if (last.endsWith('Ms')) return { ...error, field, value: error.value / 1000 }
  return INSTANTS.has(last) && Math.abs(error.value) <= 8.64e15
    ? { ...error, field, value: new Date(error.value).toISOString() }
    : { ...error, field }
}
