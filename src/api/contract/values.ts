/** The small shapes that every resource is made of: ids, instants, seconds, pairs of names and values. */
import { z } from 'zod'

/** An object that knows all its fields: any other one is refused by name, beside a list of those that would be right. */
export const strict = <S extends z.ZodRawShape>(shape: S) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `unknown field; known here: ${Object.keys(shape).join(', ')}` : undefined,
  })

/** One of several shapes, told apart by one field; a wrong value there is answered with the right ones. */
export const kinds = <
  const Key extends string,
  const Shapes extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
>(
  key: Key,
  shapes: Shapes,
) =>
  z.discriminatedUnion(key, shapes, {
    error: (issue) => {
      if (issue.code !== 'invalid_union') return undefined
      const values = shapes.flatMap((shape) => [...(shape._zod.propValues?.[key] ?? [])])
      return `one of ${values.join(', ')} is needed`
    },
  })

export const Id = z.uuid({ error: 'an id such as 019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b is needed' })

/** An instant as we write it: UTC with milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 }).meta({ examples: ['2026-03-29T01:30:00.000Z'] })

const INSTANT_HELP = 'an instant with its offset is needed, such as 2026-03-29T01:30:00Z or 2026-03-29T10:30:00+09:00'

/** An instant as we read it: RFC 3339 with any offset. */
export const InstantInput = z.iso
  .datetime({ offset: true, error: INSTANT_HELP })
  .refine((text) => Number.isFinite(Date.parse(text)), INSTANT_HELP)
  .meta({ examples: ['2026-03-29T10:30:00+09:00'] })

const DATE_HELP = 'a date such as 2026-03-29 is needed'
export const LocalDate = z.iso.date({ error: DATE_HELP }).meta({ examples: ['2026-03-29'] })

/** An instant, or a whole day judged in the job's time zone. */
export const InstantOrDate = z.union([LocalDate, InstantInput], { error: `${INSTANT_HELP}, or ${DATE_HELP}` })

/** A length of time in seconds; fractions down to a millisecond count. */
export const seconds = (least: number, most: number) => z.number().min(least).max(most)

export const Version = z.int().min(1).describe('Rises with every change; also the `ETag`, for `If-Match`.')

/** Names and values in the order given: `{"a": "1", "b": ["2", "3"]}`; a list stands for a name that comes several times. */
export const Pairs = z
  .record(z.string().min(1).max(256), z.union([z.string().max(8192), z.array(z.string().max(8192)).min(1).max(100)]))
  .meta({ examples: [{ 'x-team': 'billing', tag: ['a', 'b'] }] })
export type Pairs = z.infer<typeof Pairs>

/** The same as a list, for whom the order of different names matters. */
export const PairsInput = z.union(
  [Pairs, z.array(strict({ name: z.string().min(1).max(256), value: z.string().max(8192) })).max(500)],
  { error: 'an object of names and texts is needed, such as {"x-team": "billing"}, or a list of {name, value}' },
)
export type PairsInput = z.input<typeof PairsInput>

/** The body of an action that takes no fields. */
export const NoFields = strict({}).optional()
