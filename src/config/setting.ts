/** What one setting is, and the kinds of values that settings may have: each reads text or says what would be right. */
import ipaddr from 'ipaddr.js'

export type Environment = 'development' | 'production'

export type Setting<T> = {
  readonly name: string
  readonly kind: Kind<T>
  readonly byDefault: (environment: Environment) => T
  /** What it does, in one sentence. */
  readonly help: string
  /** Who would change it, and when. */
  readonly changedBy: string
  readonly example: string
  /** Never shown; may also come from the file that `NAME_FILE` names. */
  readonly secret?: true
}

/** `right` completes "expected …"; `read` answers undefined for a text that is not right. */
export type Kind<T> = { readonly right: string; readonly read: (text: string) => T | undefined }

export const wholeNumber = (least: number, most: number): Kind<number> => ({
  right: `a whole number from ${least} to ${most}`,
  read: (text) => {
    const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
    return number >= least && number <= most ? number : undefined
  },
})

/** Beyond a bound is the bound: for what older set-ups gave in another range. */
export const secondsWithin = (least: number, most: number): Kind<number> => ({
  right: `a number of seconds; below ${least} counts as ${least}, above ${most} as ${most}`,
  read: (text) => (/^\d{1,12}(\.\d{1,3})?$/.test(text) ? Math.min(most, Math.max(least, Number(text))) : undefined),
})

const ON = ['true', 'on', 'yes', '1']
const OFF = ['false', 'off', 'no', '0']

export const onOff: Kind<boolean> = {
  right: `true or false (also ${ON.slice(1).join(', ')}, ${OFF.slice(1).join(', ')})`,
  read: (text) => {
    const word = text.toLowerCase()
    return ON.includes(word) ? true : OFF.includes(word) ? false : undefined
  },
}

export const oneOf = <const T extends string>(...words: readonly T[]): Kind<T> => ({
  right: `one of ${words.join(', ')}`,
  read: (text) => words.find((word) => word === text),
})

/** A misspelt `prod` must not start with the defaults of development. */
export const environmentName: Kind<Environment> = {
  right: 'development, production or test',
  read: (text) =>
    text === 'test' ? 'development' : text === 'development' || text === 'production' ? text : undefined,
}

export const freeText: Kind<string> = { right: 'a text', read: (text) => text }

/** The same, for a setting that may also be left out. */
export const orNothing = <T>(kind: Kind<T>): Kind<T | null> => kind

export const timeZone: Kind<string> = {
  right: 'an IANA time zone such as Asia/Tokyo, Europe/Berlin or UTC',
  read: (text) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: text }) && text
    } catch {
      return undefined
    }
  },
}

export const hostName: Kind<string> = {
  right: 'an address or host name to listen on, such as 127.0.0.1, 0.0.0.0, :: or localhost',
  read: (text) => (ipaddr.isValid(text) || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text) ? text : undefined),
}

export const emailAddress: Kind<string> = {
  right: 'an e-mail address',
  read: (text) => (/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(text) ? text : undefined),
}

export type MailSender = { readonly name: string; readonly address: string }

/** Written into headers of e-mail, so it is one line without marks that mean something there. */
export const mailSender: Kind<MailSender> = {
  right: 'an e-mail address, or a name and an address such as Carillon <carillon@example.com>',
  read: (text) => {
    const parts = /^(?:"?([^"<>@,;:\\\p{C}\p{Zl}\p{Zp}]{1,64}?)"? ?<([^<>]+)>|([^<>]+))$/u.exec(text)
    const address = parts?.[2] ?? parts?.[3] ?? ''
    return /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9.-]{1,253}$/i.test(address)
      ? { name: (parts?.[1] ?? '').trim(), address }
      : undefined
  },
}

/** Where something is served: paths are written behind it, so it ends without a slash. */
export const webAddress: Kind<string> = {
  right: 'an http or https URL without query, such as https://jobs.example.com',
  read: (text) => {
    const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
    const isBare = url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
    return isBare ? url.href.replace(/\/+$/, '') : undefined
  },
}

export type DatabaseAddress = { readonly engine: 'sqlite'; readonly path: string }

export const databaseUrl: Kind<DatabaseAddress> = {
  right: 'sqlite: and the path of a file, such as sqlite:./data/carillon.db or sqlite:/var/lib/carillon/carillon.db',
  // `sqlite://` is refused: libraries differ over whether three slashes begin an absolute path.
  read: (text) => {
    const path = /^sqlite:(?!\/\/)(.+)$/.exec(text)?.[1]
    return path === undefined || path.includes(':memory:') ? undefined : { engine: 'sqlite', path }
  },
}

const words = (text: string, between: RegExp): string[] => text.split(between).filter((word) => word !== '')

/** Origins exactly as browsers send them, or `*` alone. */
export const origins: Kind<readonly string[]> = {
  right: '* or a comma-separated list of origins such as https://jobs.example.com (no path, no closing slash)',
  read: (text) => {
    const list = words(text, /[\s,]+/)
    return text === '*' || (list.length > 0 && list.every(isOrigin)) ? list : undefined
  },
}

const isOrigin = (text: string): boolean => /^https?:/.test(text) && URL.parse(text)?.origin === text

const NAMED_RANGES = ['loopback', 'linklocal', 'uniquelocal']

export const proxies: Kind<readonly string[]> = {
  right: `a comma-separated list of addresses and ranges such as 10.0.0.5, 10.0.0.0/8 or ${NAMED_RANGES.join(', ')}`,
  read: (text) => {
    const list = words(text, /[\s,]+/)
    const known = (word: string) => NAMED_RANGES.includes(word) || ipaddr.isValid(word) || ipaddr.isValidCIDR(word)
    return list.length > 0 && list.every(known) ? list : undefined
  },
}

/** One unbroken word, so that a list of keys can be told apart by spaces. */
export const secretKey: Kind<string> = {
  right: 'a secret of random characters without spaces',
  read: (text) => (/\s/.test(text) ? undefined : text),
}

export const secretKeys: Kind<readonly string[]> = {
  right: 'secrets as SECRET_KEY held them before, newest first, separated by spaces',
  read: (text) => words(text, /\s+/),
}
