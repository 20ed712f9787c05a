/** Takes secrets out of what a target answered, in the forms in which targets echo them. */

const SHORTEST = 4
/** Of a piece of base64: shorter ones stand in any long text by chance. */
const SHORTEST_INSIDE = 6
const REDACTED = '[redacted]'

export const redact = (text: string, secrets: readonly string[]): string => {
  let clean = text
  for (const form of formsOf(secrets)) clean = clean.replaceAll(form, REDACTED)
  return clean
}

/** As it is, JSON-escaped, URL-encoded, hex, and base64 in both alphabets, alone or inside of a longer text. */
const formsOf = (secrets: readonly string[]): readonly string[] => {
  const forms = secrets
    // Shorter ones would tear ordinary words apart, and hide nothing that could not be guessed.
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => {
      const bytes = Buffer.from(secret)
      const encoded = encodeURIComponent(secret.toWellFormed())
      const json = JSON.stringify(secret).slice(1, -1)
      const base64 = [
        bytes.toString('base64'),
        bytes.toString('base64').replace(/=+$/, ''),
        ...insideBase64(bytes).filter((form) => form.length >= SHORTEST_INSIDE),
      ]
      return [
        secret,
        json,
        // As PHP writes it.
        json.replaceAll('/', '\\/'),
        encoded,
        encoded.replaceAll('%20', '+'),
        encoded.replaceAll(/%../g, (hex) => hex.toLowerCase()),
        bytes.toString('hex'),
        bytes.toString('hex').toUpperCase(),
        ...base64,
        ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
      ]
    })
  // Longest first: a form that contains another must go as a whole.
  return [...new Set(forms)].sort((a, b) => b.length - a.length)
}

/**
 * What the base64 of every longer text has in it, for each of the three places in a group of three bytes where the secret may begin.
 * The characters at its edges hold bits of its neighbours as well and stay: at most four bits of the secret at either end.
 */
const insideBase64 = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6)),
  )
