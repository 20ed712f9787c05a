/** Addresses that e-mail is sent to: one bare mailbox each, of characters that mean nothing else in a header or a command. */

// RFC 5321, 4.5.3.1: the path of a command is at most 256 octets with its angle brackets.
const LONGEST = 254
const LONGEST_LOCAL = 64
// RFC 5322 atoms joined by single dots: no quotes, no comments, no routes, no encoded words.
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
// A name with at least one dot, of labels up to 63 characters; the last one has a letter, so no IPv4 address.
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{0,61}[a-z][a-z0-9-]{0,61}$/i

/**
 * The address as it is used, trimmed of blanks; null when it is none. Lists, display names (`A <a@example.com>`),
 * quoted parts, address literals and characters beyond ASCII are none: domains of other scripts are given as `xn--…`.
 */
export const mailAddress = (text: string): string | null => {
  const address = text.replace(/^ +| +$/g, '')
  if (address.length > LONGEST) return null
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at)
  const domain = address.slice(at + 1)
  const isAddress = at > 0 && local.length <= LONGEST_LOCAL && LOCAL.test(local) && DOMAIN.test(domain)
  return isAddress && !domain.endsWith('-') && !local.includes('=?') ? address : null
}

/** One for all spellings of an address: case is no difference, as nearly all mailboxes see it. */
export const addressKey = (address: string): string => address.normalize('NFC').toLowerCase()
