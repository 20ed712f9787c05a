/** What a job calls, on the wire. Secrets go in as text and come out as a fingerprint. */
import { z } from 'zod'
import { HTTP_METHODS, type HttpMethod } from '../../domain/target.ts'
import { TARGET_BOUNDS } from '../../domain/target-rules.ts'
import { EMAIL_EDIT, EmailTarget } from './email-targets.ts'
import { FUNCTION_EDIT, FUNCTION_OVERRIDES, FunctionTarget, FunctionTargetInput } from './function-targets.ts'
import { GITHUB_EDIT, GITHUB_OVERRIDES, GithubTarget, GithubTargetInput } from './github-targets.ts'
import { Fingerprint, SecretInput } from './secrets.ts'
import { ClientTls, ClientTlsInput, OAuth2, OAuth2Input, Signing, SigningInput } from './target-security.ts'
import { kinds, Pairs, PairsInput, seconds, strict } from './values.ts'

const url = z
  .string()
  .min(1)
  .max(8192)
  .describe('Path and query may hold template variables such as {{job.id}}, as may headers and body.')
  .meta({ examples: ['https://example.com/hook'] })
const method = z.enum(HTTP_METHODS as readonly [HttpMethod, ...HttpMethod[]])
const text = z.string().max(TARGET_BOUNDS.bodyBytes)

const json = strict({ type: z.literal('json'), content: z.unknown() })
const plain = strict({ type: z.literal('text'), content: text })
const xml = strict({ type: z.literal('xml'), content: text })

export const Body = kinds('type', [json, plain, xml, strict({ type: z.literal('form'), content: Pairs })]).meta({
  id: 'Body',
})
export type Body = z.infer<typeof Body>

export const BodyInput = kinds('type', [json, plain, xml, strict({ type: z.literal('form'), content: PairsInput })])
  .describe('Sent with the content type that fits, unless the headers name one.')
  .meta({ id: 'BodyRequest' })
export type BodyInput = z.input<typeof BodyInput>

const username = z.string().max(256)
const headerName = z.string().min(1).max(TARGET_BOUNDS.headerNameLength)

export const Auth = kinds('kind', [
  strict({ kind: z.literal('basic'), username, password: Fingerprint }),
  strict({ kind: z.literal('bearer'), token: Fingerprint }),
  strict({ kind: z.literal('header'), name: headerName, value: Fingerprint }),
  OAuth2,
]).meta({ id: 'Auth' })
export type Auth = z.infer<typeof Auth>

export const AuthInput = kinds('kind', [
  strict({ kind: z.literal('basic'), username, password: SecretInput.optional() }),
  strict({ kind: z.literal('bearer'), token: SecretInput.optional() }),
  strict({ kind: z.literal('header'), name: headerName, value: SecretInput.optional() }),
  OAuth2Input,
])
  .describe(
    'Kept encrypted. A change without the secret keeps the stored one, as long as the origin of the address stays.',
  )
  .meta({ id: 'AuthRequest' })
export type AuthInput = z.input<typeof AuthInput>

const statusRange = z
  .string()
  .regex(/^[2-5]\d\d(-[2-5]\d\d)?$/, 'a final status or a range of them is needed, such as 204 or 200-299')
const longest = seconds(0.001, TARGET_BOUNDS.longestMs / 1000)
const bodyRule = z.string().min(1).max(TARGET_BOUNDS.bodyRuleLength)

const Success = strict({
  status: z.array(statusRange),
  body_contains: z.string().nullable(),
  body_lacks: z.string().nullable(),
  longest_seconds: longest.nullable(),
}).meta({ id: 'Success' })

const SuccessInput = strict({
  status: z
    .array(statusRange)
    .min(1)
    .max(50)
    .optional()
    .meta({ default: ['200-299'] }),
  body_contains: bodyRule.nullable().optional(),
  body_lacks: bodyRule.nullable().optional(),
  longest_seconds: longest.nullable().optional().describe('An answer that takes longer is a failure, though it came.'),
}).meta({ id: 'SuccessRequest' })

const REPORT_DEADLINE = TARGET_BOUNDS.reportDeadlineMs

const Completion = strict({
  mode: z.enum(['response', 'report']),
  deadline_seconds: z.number().nullable(),
}).meta({ id: 'Completion' })

const CompletionInput = strict({
  mode: z
    .enum(['response', 'report'])
    .describe('`report`: a 202 means that the target has taken it over and will report what came of it.'),
  deadline_seconds: seconds(REPORT_DEADLINE[0] / 1000, REPORT_DEADLINE[1] / 1000)
    .nullable()
    .optional()
    .describe('How long after its 202 the target may take to report; needed for `report`, and for it alone.'),
}).meta({ id: 'CompletionRequest' })

export const HttpTarget = strict({
  kind: z.literal('http'),
  url,
  method,
  query: Pairs,
  headers: Pairs,
  body: Body.nullable(),
  auth: Auth.nullable(),
  success: Success,
  follow_redirects: z.boolean(),
  tls: ClientTls.nullable(),
  signing: Signing.nullable(),
  completion: Completion,
}).meta({ id: 'HttpTarget' })
export type HttpTarget = z.infer<typeof HttpTarget>

export const Target = kinds('kind', [HttpTarget, FunctionTarget, GithubTarget, EmailTarget]).meta({ id: 'Target' })
export type Target = z.infer<typeof Target>

const optional = {
  method: method.optional().meta({ default: 'GET' }),
  query: PairsInput.optional().describe('Added to the query of the address.'),
  headers: PairsInput.optional(),
  body: BodyInput.nullable().optional(),
  auth: AuthInput.nullable().optional(),
  success: SuccessInput.nullable().optional().describe('When a call counts as a success; default: status 200 to 299.'),
  follow_redirects: z
    .boolean()
    .optional()
    .describe('At most 3, each checked like the first address; credentials stay behind on a change of origin.')
    .meta({ default: true }),
  tls: ClientTlsInput.nullable().optional(),
  signing: SigningInput.nullable().optional(),
  completion: CompletionInput.nullable().optional().describe('What ends an attempt; default: the answer.'),
}

/** Of an API of an application, which makes the address itself. */
export const ApiTargetInput = strict(optional).meta({ id: 'ApiTargetRequest' })
export type ApiTargetInput = z.input<typeof ApiTargetInput>

export const ApiTargetEdit = strict({
  ...optional,
  query: PairsInput.nullable().optional(),
  headers: PairsInput.nullable().optional(),
}).meta({ id: 'ApiTargetEdit' })
export type ApiTargetEdit = z.input<typeof ApiTargetEdit>

const HttpTargetInput = strict({ kind: z.literal('http'), url, ...optional }).meta({ id: 'HttpTargetRequest' })
export type HttpTargetInput = z.input<typeof HttpTargetInput>

export const TargetInput = kinds('kind', [HttpTargetInput, FunctionTargetInput, GithubTargetInput, EmailTarget]).meta({
  id: 'TargetRequest',
})
export type TargetInput = z.input<typeof TargetInput>

/** Fields left out stay as they are; null takes one away. Without `kind` they are those of the kind that the target has. */
export const TargetEdit = strict({
  kind: z
    .enum(['http', 'function', 'github', 'email'])
    .optional()
    .describe('Another one makes another target: nothing of the former stays.'),
  url: url.optional(),
  ...optional,
  query: PairsInput.nullable().optional(),
  headers: PairsInput.nullable().optional(),
  ...FUNCTION_EDIT,
  ...GITHUB_EDIT,
  ...EMAIL_EDIT,
}).meta({ id: 'TargetEdit' })
export type TargetEdit = z.input<typeof TargetEdit>

/** What one manual run does differently. */
export const TargetOverrides = strict({
  url: url.optional().describe('Of another origin: the job’s credentials are not sent.'),
  method: method.optional(),
  query: PairsInput.optional(),
  headers: PairsInput.optional(),
  body: BodyInput.optional(),
  ...FUNCTION_OVERRIDES,
  ...GITHUB_OVERRIDES,
  ...EMAIL_EDIT,
}).meta({ id: 'TargetOverrides' })
export type TargetOverrides = z.input<typeof TargetOverrides>
