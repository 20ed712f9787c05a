/** What the doctor says of the way to others: the clock of another server, targets that jobs would call, the own port. */
import type { Probed } from '../../app.ts'
import { type ClockReading, tryPort, whoAnswers } from '../client/client.ts'
import { usage } from '../exit-codes.ts'
import { type Finding, verdicts } from './findings.ts'

export const webUrl = (option: string, text: string): URL => {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usage(option, text, 'write an http or https URL, such as https://example.com')
  return url
}

/** The header has whole seconds. */
const HALF_A_SECOND_MS = 500
const WORST_OFFSET_MS = 5000

export const offsetFinding = async (url: URL, read: () => Promise<ClockReading | null>): Promise<Finding> => {
  const { ok, warn, bad } = verdicts('offset')
  const reading = await read().catch((error: Error) => error)
  if (reading instanceof Error) return warn(`the clock cannot be compared: ${reading.message}`)
  if (reading === null) return warn(`the clock cannot be compared: ${url.origin} tells no date; name another server`)
  const apart = Math.abs(reading.aheadMs)
  const known = HALF_A_SECOND_MS + reading.roundTripMs
  const message = `${seconds(apart)} s ${reading.aheadMs < 0 ? 'behind' : 'ahead of'} ${url.origin}`
  if (apart <= known) return ok(`no difference to ${url.origin} that could be told (within ${seconds(known)} s)`)
  return apart > WORST_OFFSET_MS
    ? bad(`${message}: jobs fire at the wrong time; let the clock be kept by NTP (chrony, systemd-timesyncd)`)
    : warn(`${message}; let the clock be kept by NTP (chrony, systemd-timesyncd)`)
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1)

const REMEDIES = {
  dns: 'look at the name, and at the DNS servers of this machine',
  guard: 'if jobs may call it, name it in EGRESS_ALLOW (this server itself is never called)',
  connection: 'look at the firewall, and whether anything listens there',
  tls: 'look at the certificate of the target',
} as const satisfies Record<NonNullable<Probed['ended']>['step'], string>

export const egressFinding = (url: URL, { ended, addresses, ms }: Probed): Finding => {
  const { ok, bad } = verdicts('egress')
  const behind = addresses.length === 0 ? '' : ` (${addresses.join(', ')})`
  // Never more of it than its origin: paths and queries of targets hold secrets.
  return ended === null
    ? ok(`${url.origin}${behind} is reached in ${Math.round(ms)} ms`)
    : bad(`${url.origin}${behind} ends at the step ${ended.step}: ${ended.reason} To do: ${REMEDIES[ended.step]}`)
}

const TOLERANCE_MS = 60_000

export const portFindings = async (host: string, port: number, now: number): Promise<readonly Finding[]> => {
  const { ok, warn, bad } = verdicts('port')
  const self = verdicts('itself')
  const taken = await tryPort(host, port)
  if (taken === null) return [ok(`${port} on ${host} is free and can be reached`), self.ok('no server runs here')]
  const answer = await whoAnswers(host, port)
  if (answer === null) return [bad(`${port} on ${host}: ${taken}, and what is there is no Carillon server`)]
  const apart = answer.date === null ? 0 : Math.abs(Date.parse(answer.date) - now)
  return [
    warn(`${port} on ${host} is taken by a Carillon server`),
    apart > TOLERANCE_MS
      ? self.bad(`the server that runs here has another time: ${answer.date}`)
      : self.ok('the server that runs here answers'),
  ]
}
