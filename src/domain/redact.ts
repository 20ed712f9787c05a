/** Takes secrets out of what a target answered, in the forms in which targets echo them. */

const SHORTEST = 4
const REDACTED = '[redacted]'

export const redact = (text: string, secrets: readonly string[]): string => {
  let clean = text
  for (const form of formsOf(secrets)) clean = clean.replaceAll(form, REDACTED)
  return clean
}

/** As it is, JSON-escaped, URL-encoded, hex, and base64 in both alphabets. */
const formsOf = (secrets: readonly string[]): readonly string[] => {
  const forms = secrets
    // Shorter ones would tear ordinary words apart, and hide nothing that could not be guessed.
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => {
      const bytes = Buffer.from(secret)
      const encoded = encodeURIComponent(secret.toWellFormed())
      return [
        secret,
        JSON.stringify(secret).slice(1, -1),
        encoded,
        encoded.replaceAll('%20', '+'),
        bytes.toString('hex'),
        bytes.toString('hex').toUpperCase(),
        bytes.toString('base64'),
        bytes.toString('base64').replace(/=+$/, ''),
        bytes.toString('base64url'),
      ]
    })
  // Longest first: a form that contains another must go as a whole.
  return [...new Set(forms)].sort((a, b) => b.length - a.length)
}
