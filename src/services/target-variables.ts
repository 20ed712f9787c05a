/** Template variables of a target: refused on saving when they mean nothing, and supplied with what they name of the job. */
import { isDeepStrictEqual } from 'node:util'
import type { FieldError } from '../domain/errors.ts'
import { checkInputs } from '../domain/github.ts'
import type { Job } from '../domain/job.ts'
import type { JsonObject } from '../domain/json.ts'
import type { GithubTarget, HttpTarget, Target } from '../domain/target.ts'
import { templateOf } from '../domain/target-template.ts'
import { type TemplateValues, VARIABLE_NAMES } from '../domain/template.ts'
import { refuse } from './fields.ts'

type Named = Pick<Job, 'id' | 'name' | 'metadata'>

/** The longest that each of them can be. */
const ANY_ATTEMPT: Omit<TemplateValues, 'jobId' | 'jobName' | 'metadata'> = {
  executionId: '01990000-0000-7000-8000-000000000001',
  scheduledFor: '2026-03-29T01:30:00.000Z',
  attempt: 100,
  trigger: 'catch_up',
}

/** The target as it is kept; `target` must be one that could be called without its variables. */
export const withVariables = (
  target: HttpTarget,
  job: Named,
): { readonly target: HttpTarget; readonly errors: readonly FieldError[] } => {
  const { variables: _, ...plain } = target
  const template = templateOf(plain)
  const errors: FieldError[] = [
    ...template.inHost.map((name) => ({
      field: 'target.url',
      value: `{{${name}}}`,
      message: 'scheme, host and port are not filled in; use variables in the path and in the query',
    })),
    ...template.unknown.map(({ field, name }) => ({
      field,
      value: `{{${name}}}`,
      message: `there is no such variable; there are ${VARIABLE_NAMES.join(', ')}`,
    })),
    ...template.metadata
      .filter(({ name }) => textIn(job.metadata, name) === null)
      .map(({ field, name }) => ({
        field,
        value: `{{metadata.${name}}}`,
        message: Object.hasOwn(job.metadata, name)
          ? 'only texts are filled in; this entry of the metadata is none'
          : 'the metadata of the job has no such name',
      })),
  ]
  if (errors.length > 0 || template.isPlain) return { target: plain, errors }
  const metadata = Object.fromEntries(template.metadata.map(({ name }) => [name, textIn(job.metadata, name) ?? '']))
  const tried = template.fill({ ...ANY_ATTEMPT, jobId: job.id, jobName: job.name, metadata })
  if ('wrong' in tried) return { target: plain, errors: [{ field: tried.field, message: tried.wrong }] }
  return { target: { ...plain, variables: metadata }, errors: [] }
}

const textIn = (metadata: JsonObject, name: string): string | null => {
  const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined
  return typeof value === 'string' ? value : null
}

type Draft = { readonly name?: string; readonly metadata?: Job['metadata']; readonly target?: Target }

/** An edit of the name or of the metadata reaches what the target was supplied with. */
export const draftWithVariables = <D extends Draft>(draft: D, id: string, stored: Job | null): D => {
  const target = draft.target ?? stored?.target
  if (target?.kind === 'github') return draftWithInputs(draft, target, stored)
  if (target?.kind !== 'http') return draft
  // A target that stays as it is, and has no variables, has nothing to learn.
  if (draft.target === undefined && target.variables === undefined) return draft
  const name = draft.name ?? stored?.name ?? ''
  const metadata = draft.metadata ?? stored?.metadata ?? {}
  const supplied = withVariables(target, { id, name, metadata })
  refuse(supplied.errors)
  return isDeepStrictEqual(supplied.target, target) ? draft : { ...draft, target: supplied.target }
}

/** The entries of the metadata are inputs of the workflow. */
const draftWithInputs = <D extends Draft>(draft: D, target: GithubTarget, stored: Job | null): D => {
  const supplied = { ...target, metadata: draft.metadata ?? stored?.metadata ?? {} }
  if (isDeepStrictEqual(supplied, target)) return draft
  refuse(checkInputs(supplied))
  return { ...draft, target: supplied }
}
