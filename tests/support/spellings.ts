/** How a secret may look where it leaked: as it is, and as somebody has dressed it up. */

/** What base64 of any text that holds these bytes holds as well, for each of the three places in a group. */
const alignments = (bytes: Buffer): string[] =>
  [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
  })

export const spellings = (secret: string): readonly string[] => {
  const bytes = Buffer.from(secret)
  const base64 = alignments(bytes)
  const json = JSON.stringify(secret).slice(1, -1)
  return [
    ...new Set([
      secret,
      json,
      json.replaceAll('/', '\\/'),
      encodeURIComponent(secret),
      encodeURIComponent(secret).replaceAll(/%../g, (hex) => hex.toLowerCase()),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      ...base64,
      ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ]),
  ]
}

/** `<secret> as <spelling> in <place>` for each that is found; `places` holds the whole text or bytes of each. */
export const leaks = (
  secrets: Readonly<Record<string, string>>,
  places: Iterable<readonly [name: string, content: string | Buffer]>,
): string[] => {
  const wanted = Object.entries(secrets).flatMap(([name, secret]) =>
    spellings(secret).map((spelling) => ({ name, spelling, bytes: Buffer.from(spelling) })),
  )
  return [...places].flatMap(([place, content]) => {
    const bytes = Buffer.from(content)
    return wanted
      .filter((one) => bytes.includes(one.bytes))
      .map(({ name, spelling }) => `${name} as ${spelling} in ${place}`)
  })
}
