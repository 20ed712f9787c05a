/** What a job calls, as flags: the address, what is sent, who we are to it, and when a call has ended. */
import { type Command, Option } from 'commander'
import type { AuthInput, BodyInput, HttpTargetInput } from '../../api/contract/targets.ts'
import { readDuration } from '../duration.ts'
import { usage } from '../exit-codes.ts'
import { several } from './command.ts'
import { fileText, given, pairs, readJson } from './flag-texts.ts'

export type TargetFlags = {
  readonly url?: string
  readonly method?: string
  readonly query?: readonly string[]
  readonly header?: readonly string[]
  readonly jsonBody?: string
  readonly textBody?: string
  readonly xmlBody?: string
  readonly form?: readonly string[]
  readonly auth?: string
  readonly tokenUrl?: string
  readonly scope?: string
  readonly audience?: string
  readonly clientAuth?: 'basic' | 'body'
  readonly cert?: string
  readonly certKey?: string
  readonly ca?: string
  /** True for a secret that is made or kept, false by `--no-sign`; undefined says nothing. */
  readonly sign?: boolean
  readonly success?: readonly string[]
  /** False by `--no-redirects`; true says nothing. */
  readonly redirects: boolean
  readonly reportWithin?: string
}

export const withTargetFlags = (command: Command): Command =>
  command
    .option('--url <url>', 'the address to call; {{job.id}}, {{metadata.KEY}} and the like are filled in')
    .option('--method <name>', 'GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS')
    .option('--query <name=value>', 'added to the address; may be repeated', several)
    .option('--header <name: value>', 'sent along; may be repeated', several)
    .option('--json-body <json>', 'send this as JSON')
    .option('--text-body <text>', 'send this as text')
    .option('--xml-body <xml>', 'send this as XML')
    .option('--form <name=value>', 'send as a form; may be repeated', several)
    .option(
      '--auth <kind>',
      'bearer, basic:USERNAME, header:NAME or oauth2:CLIENT_ID; asks for the secret, or see --secret-stdin',
    )
    .option('--token-url <url>', 'where --auth oauth2 gets its access tokens')
    .option('--scope <scopes>', 'asked for with --auth oauth2')
    .option('--audience <audience>', 'asked for with --auth oauth2')
    .addOption(
      new Option('--client-auth <where>', 'where --auth oauth2 sends its secret: in the header or the body').choices([
        'basic',
        'body',
      ]),
    )
    .option('--cert <file>', 'client certificate to show, PEM; with it --cert-key')
    .option('--cert-key <file>', 'private key of --cert, PEM without a pass phrase')
    .option('--ca <file>', 'authorities to trust for this target instead of the public ones, PEM; with --cert')
    .option('--sign', 'sign requests (Standard Webhooks); a new secret is shown once')
    .option('--no-sign', 'sign them no more')
    .option('--success <status>', 'statuses that count as success: 200-299, 404; may be repeated', several)
    .option('--no-redirects', 'a redirect is the answer')
    .option('--report-within <time>', 'a 202 means: will report within this time; none for "the answer is the outcome"')

/** Only what was given. */
export const targetFromFlags = (flags: TargetFlags, secret: string | undefined): Partial<HttpTargetInput> =>
  given({
    url: flags.url,
    method: flags.method?.toUpperCase() as HttpTargetInput['method'],
    query: flags.query && pairs('--query', flags.query, '='),
    headers: flags.header && pairs('--header', flags.header, ':'),
    body: bodyOf(flags),
    auth: authOf(flags, secret),
    success: flags.success && { status: [...flags.success] },
    follow_redirects: flags.redirects ? undefined : false,
    tls: tlsOf(flags),
    signing: flags.sign === undefined ? undefined : flags.sign ? {} : null,
    completion: completionOf(flags),
  })

const bodyOf = ({ jsonBody, textBody, xmlBody, form }: TargetFlags): BodyInput | undefined => {
  const bodies = [jsonBody, textBody, xmlBody, form].filter((body) => body !== undefined)
  if (bodies.length > 1) throw usage('body', 'several', 'give one of --json-body, --text-body, --xml-body and --form')
  if (jsonBody !== undefined) return { type: 'json', content: readJson('--json-body', jsonBody) }
  if (textBody !== undefined) return { type: 'text', content: textBody }
  if (xmlBody !== undefined) return { type: 'xml', content: xmlBody }
  return form && { type: 'form', content: pairs('--form', form, '=') }
}

const authOf = (flags: TargetFlags, secret = ''): AuthInput | undefined => {
  const { auth, tokenUrl, scope, audience, clientAuth } = flags
  const [kind, name] = [auth?.split(':', 1)[0], auth?.includes(':') ? auth.slice(auth.indexOf(':') + 1) : '']
  const forOAuth2 = { '--token-url': tokenUrl, '--scope': scope, '--audience': audience, '--client-auth': clientAuth }
  const stray = Object.entries(forOAuth2).find(([, value]) => value !== undefined)
  if (kind !== 'oauth2' && stray !== undefined)
    throw usage(stray[0], stray[1] ?? '', 'it goes with --auth oauth2:CLIENT_ID')
  if (auth === undefined) return undefined
  if (auth === 'bearer') return { kind: 'bearer', token: secret }
  if (kind === 'basic' && name !== '') return { kind: 'basic', username: name, password: secret }
  if (kind === 'header' && name !== '') return { kind: 'header', name, value: secret }
  if (kind !== 'oauth2' || name === '')
    throw usage('--auth', auth, 'write bearer, basic:USERNAME, header:NAME or oauth2:CLIENT_ID')
  if (tokenUrl === undefined)
    throw usage('--token-url', '', '--auth oauth2 needs the address where its tokens come from')
  return {
    kind: 'oauth2',
    token_url: tokenUrl,
    client_id: name,
    client_secret: secret,
    ...given({ scope, audience, client_authentication: clientAuth }),
  }
}

const tlsOf = ({ cert, certKey, ca }: TargetFlags): HttpTargetInput['tls'] => {
  if (cert === undefined) {
    if (certKey !== undefined) throw usage('--cert-key', certKey, 'it goes with --cert')
    if (ca !== undefined) throw usage('--ca', ca, 'it goes with --cert')
    return undefined
  }
  return {
    certificate: fileText('--cert', cert),
    ...(certKey === undefined ? {} : { private_key: fileText('--cert-key', certKey) }),
    ...(ca === undefined ? {} : { ca: fileText('--ca', ca) }),
  }
}

const completionOf = ({ reportWithin }: TargetFlags): HttpTargetInput['completion'] => {
  if (reportWithin === undefined) return undefined
  if (reportWithin === 'none') return { mode: 'response' }
  return { mode: 'report', deadline_seconds: readDuration('--report-within', reportWithin) }
}
