/** Categories and teams between the wire and the use cases. */
import type { CatalogEdit, CatalogInput, CatalogView } from '../../services/services.ts'
import type * as wire from '../contract/catalog.ts'
import { instant } from './values.ts'

export const categoryToWire = (entry: CatalogView): wire.Category => ({
  id: entry.id,
  slug: entry.slug,
  name: entry.name,
  active: entry.active,
  version: entry.version,
  created_at: instant(entry.createdAt),
  updated_at: instant(entry.updatedAt),
})

export const teamToWire = (entry: CatalogView): wire.Team => ({
  ...categoryToWire(entry),
  slack_handle: entry.slackHandle ?? '',
})

export const catalogInput = (input: wire.CategoryCreate & { slack_handle?: string | undefined }): CatalogInput => ({
  name: input.name,
  slug: input.slug,
  slackHandle: input.slack_handle,
})

export const catalogEdit = (edit: wire.TeamUpdate): CatalogEdit => ({
  name: edit.name,
  active: edit.active,
  slackHandle: edit.slack_handle,
})
