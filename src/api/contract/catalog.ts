/** Categories and teams on the wire. */
import { z } from 'zod'
import { Id, Instant, strict, Version } from './values.ts'

const entry = {
  id: Id,
  slug: z.string().describe('Made of the name; unique among those of its kind.'),
  name: z.string(),
  active: z.boolean().describe('What is inactive stays with its jobs and is offered to no other.'),
  version: Version,
  created_at: Instant,
  updated_at: Instant,
}

export const Category = strict(entry).meta({ id: 'Category' })
export type Category = z.infer<typeof Category>

export const Team = strict({ ...entry, slack_handle: z.string().describe('How Slack calls the team.') }).meta({
  id: 'Team',
})
export type Team = z.infer<typeof Team>

export const CategoryList = strict({ items: z.array(Category) }).meta({ id: 'CategoryList' })
export type CategoryList = z.infer<typeof CategoryList>

export const TeamList = strict({ items: z.array(Team) }).meta({ id: 'TeamList' })
export type TeamList = z.infer<typeof TeamList>

const name = z.string().min(1).max(100)
const slug = z.string().min(1).max(100).describe('Default: made of the name.')
const slackHandle = z.string().min(1).max(80).describe('How Slack calls the team, such as `@payments`.')

export const CategoryCreate = strict({ name, slug: slug.optional() }).meta({
  id: 'CategoryCreate',
  examples: [{ name: 'Month end' }],
})
export type CategoryCreate = z.input<typeof CategoryCreate>

export const TeamCreate = strict({ name, slug: slug.optional(), slack_handle: slackHandle }).meta({
  id: 'TeamCreate',
  examples: [{ name: 'Payments', slack_handle: '@payments' }],
})
export type TeamCreate = z.input<typeof TeamCreate>

export const CategoryUpdate = strict({ name: name.optional(), active: z.boolean().optional() }).meta({
  id: 'CategoryUpdate',
})
export type CategoryUpdate = z.input<typeof CategoryUpdate>

export const TeamUpdate = strict({
  name: name.optional(),
  active: z.boolean().optional(),
  slack_handle: slackHandle.optional(),
}).meta({ id: 'TeamUpdate' })
export type TeamUpdate = z.input<typeof TeamUpdate>

export const CatalogQuery = strict({
  include_inactive: z.stringbool().default(false).describe('Shows inactive ones too, to administrators.'),
})
