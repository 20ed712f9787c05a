/** What single settings cannot know: which values must not meet, above all in production. */
import type { Values } from './settings.ts'

/** One wrong setting; `value` is absent when it is missing or secret. */
export type Fault = { readonly name: string; readonly value?: string; readonly message: string }

const SHORTEST_KEY = 32
const FEWEST_CHARACTERS = 8
const SHORTEST_PASSWORD = 12
const MAKE_ONE = 'make one with: openssl rand -base64 32'

// Words that stand in for a key in examples, tutorials and published defaults.
const STANDS_IN =
  /secret[-_ ]?key|change[-_ ]?(me|this|it|in)|your[-_ ]|example|default|insecure|placeholder|replace|password|passw0rd|12345678|qwerty|abcdefgh|dev[-_ ]?(secret|key|only)/i

export const brokenRules = (values: Values): readonly Fault[] => {
  const faults: Fault[] = [...mailFaults(values)]
  if (values.environment === 'development') return faults
  const refuse = (name: string, message: string) => faults.push({ name, message: `${message} in production` })

  if (values.secretKey !== null) faults.push(...weaknesses('SECRET_KEY', values.secretKey))
  if (values.jwtSecretKey !== null) faults.push(...weaknesses('JWT_SECRET_KEY', values.jwtSecretKey))
  if (values.jwtSecretKey !== null && values.jwtSecretKey === values.secretKey)
    refuse('JWT_SECRET_KEY', 'it may not equal SECRET_KEY: leave it out, or choose another key,')
  if (values.allowDefaultAdmin) refuse('ALLOW_DEFAULT_ADMIN', 'a well-known password is refused')
  if (values.schedulerApiEnabled && values.schedulerApiAuth === 'none')
    refuse('SCHEDULER_API_AUTH', 'none lets everybody make jobs: choose basic or bearer; it is refused')
  if (values.adminPassword !== null && values.adminPassword.length < SHORTEST_PASSWORD)
    refuse('DEFAULT_ADMIN_PASSWORD', `fewer than ${SHORTEST_PASSWORD} characters are refused`)
  if (values.corsOrigins.includes('*'))
    refuse('CORS_ORIGINS', '* is refused: name the origins, such as https://jobs.example.com,')
  return faults
}

/** Only what is turned on has to be right: settings may be prepared before. */
const mailFaults = (values: Values): readonly Fault[] => {
  if (!values.mailEnabled) return []
  const faults: Fault[] = []
  const refuse = (name: string, message: string) => faults.push({ name, message })
  if (values.mailServer === null) refuse('MAIL_SERVER', 'missing, and MAIL_ENABLED is on: name the SMTP server')
  if (values.mailSender === null)
    refuse('MAIL_DEFAULT_SENDER', 'missing, and MAIL_ENABLED is on: name the address that e-mail comes from')
  if (values.mailStartTls && values.mailImplicitTls)
    refuse('MAIL_USE_SSL', 'MAIL_USE_TLS is on as well; keep one of the two (SSL for port 465, TLS for port 587)')
  if (values.mailUsername !== null && values.mailPassword === null)
    refuse('MAIL_PASSWORD', 'missing, and MAIL_USERNAME is set: give both or neither')
  if (values.mailUsername === null && values.mailPassword !== null)
    refuse('MAIL_USERNAME', 'missing, and MAIL_PASSWORD is set: give both or neither')
  const isEncrypted = values.mailImplicitTls || (values.mailStartTls ?? true)
  if (values.environment === 'production' && values.mailPassword !== null && !isEncrypted)
    refuse('MAIL_USE_TLS', 'off, so that MAIL_PASSWORD would be sent in the clear, which is refused in production')
  return faults
}

/** Why a key is no key; at most one reason, the first that a person would mend. */
export const weaknesses = (name: string, key: string): readonly Fault[] => {
  const refuse = (message: string) => [{ name, message: `${message}; ${MAKE_ONE}` }]
  if (key.length < SHORTEST_KEY)
    return refuse(`${key.length} characters are too few in production, ${SHORTEST_KEY} the least`)
  if (STANDS_IN.test(key)) return refuse('it reads like the key of an example, which is refused in production')
  if (new Set(key).size < FEWEST_CHARACTERS || isRepetition(key))
    return refuse('it repeats itself and is easy to guess, which is refused in production')
  return []
}

const isRepetition = (key: string): boolean => `${key}${key}`.indexOf(key, 1) < key.length
