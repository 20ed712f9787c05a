/** Opens connections to addresses that the guard has admitted, and to no others. */
import { isIP, connect as netConnect, type Socket, type TcpNetConnectOpts } from 'node:net'
import { type SecureContext, connect as tlsConnect } from 'node:tls'
import type { buildConnector } from 'undici'
import type { FailureCode } from '../domain/attempt.ts'
import type { Clock } from '../domain/clock.ts'
import { bytesOf } from './addresses.ts'
import type { EgressGuard, Reach } from './egress.ts'
import { type Address, NameError } from './names.ts'
import type { Resolve } from './resolve.ts'

/** One sentence for every refusal, whatever its reason: S59, nothing of the inside shows. */
export const EGRESS_DENIED = 'The target address is not one that this server may call (egress.denied).'

const GIVEN_UP = 'The connection was given up.'
const CONNECT_TIMEOUT_MS = 10_000
// A host with more addresses than this is as reachable through the first ones.
const MOST_ADDRESSES = 16

export class ConnectError extends Error {
  readonly failure: FailureCode

  constructor(failure: FailureCode, sentence: string, cause?: unknown) {
    super(sentence, { cause })
    this.name = 'ConnectError'
    this.failure = failure
  }
}

export type ConnectorOptions = {
  readonly clock: Clock
  readonly guard: EgressGuard
  readonly resolve: Resolve
  readonly reach: Reach
  /** What a connection over TLS shows and believes; may throw a ConnectError. */
  readonly context: () => SecureContext
  /** Opens the socket: `net.connect`. */
  readonly dial: (options: TcpNetConnectOpts) => Socket
}

export const dialTcp = (options: TcpNetConnectOpts): Socket => netConnect(options)

export type Connector = {
  readonly connect: buildConnector.connector
  /** Gives up all connections that are still being made. */
  readonly abandon: () => void
}

export const createConnector = (options: ConnectorOptions): Connector => {
  const opening = new Set<() => void>()
  // Rises when everything under way is given up, names being resolved included.
  let era = 0

  const open = async (to: { hostname: string; port: number; tls: boolean }): Promise<Socket> => {
    const begunIn = era
    const addresses = await admitted(to)
    if (begunIn !== era) throw new ConnectError('connection', GIVEN_UP)
    const socket = options.dial(dialOptions(to, addresses))
    return new Promise((resolve, reject) => {
      let secured: Socket | undefined
      let isTaken = false
      const finish = (): void => {
        stopTimer()
        opening.delete(abandon)
      }
      const give = (error: ConnectError): void => {
        if (isTaken) {
          // A TLS alert does not end the socket, and its user would then only hear of its end. After they all heard this.
          process.nextTick(() => secured?.destroy())
          return
        }
        finish()
        socket.destroy()
        secured?.destroy()
        reject(error)
      }
      const take = (ready: Socket): void => {
        isTaken = true
        finish()
        resolve(ready)
      }
      const abandon = (): void => give(new ConnectError('connection', GIVEN_UP))
      const stopTimer = options.clock.after(CONNECT_TIMEOUT_MS, () =>
        give(new ConnectError('connection', `No connection within ${CONNECT_TIMEOUT_MS / 1000} s.`)),
      )
      opening.add(abandon)
      // Stays for the life of the socket: an error without a listener would end the process.
      socket.on('error', (error) => give(connectionError(error)))
      socket.once('connect', () => {
        if (!isAdmitted(to, addresses, socket.remoteAddress)) give(new ConnectError('egress_denied', EGRESS_DENIED))
        else if (to.tls) encrypt()
        else take(socket)
      })
      const encrypt = (): void => {
        try {
          const encrypted = secure(socket, to.hostname, options.context())
          secured = encrypted
          encrypted.on('error', (error) => give(tlsError(error)))
          encrypted.once('secureConnect', () => take(encrypted))
        } catch (error) {
          give(asConnectError(error))
        }
      }
    })
  }

  /** All addresses behind the host; one that is refused refuses the host. */
  const admitted = async (to: { hostname: string; port: number }): Promise<readonly Address[]> => {
    const family = isIP(to.hostname)
    const addresses: readonly Address[] =
      family === 0 ? await options.resolve(to.hostname) : [{ address: to.hostname, family: family === 6 ? 6 : 4 }]
    const refused = addresses.some(
      ({ address }) => !options.guard.admitAddress(address, to.hostname, to.port, options.reach),
    )
    if (refused) throw new ConnectError('egress_denied', EGRESS_DENIED)
    return addresses.slice(0, MOST_ADDRESSES)
  }

  /** Belt and braces: whatever lay between the check and the connection, this is who is on the line. */
  const isAdmitted = (
    to: { hostname: string; port: number },
    addresses: readonly Address[],
    remote: string | undefined,
  ): boolean =>
    remote !== undefined &&
    addresses.some(({ address }) => String(bytesOf(address)) === String(bytesOf(remote))) &&
    options.guard.admitAddress(remote, to.hostname, to.port, options.reach)

  return {
    connect: ({ hostname, port, protocol }, callback) => {
      const tls = protocol === 'https:'
      open({ hostname, port: Number(port) || (tls ? 443 : 80), tls }).then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(asConnectError(error), null),
      )
    },
    abandon: () => {
      era++
      for (const giveUp of [...opening]) giveUp()
    },
  }
}

const dialOptions = (to: { hostname: string; port: number }, addresses: readonly Address[]): TcpNetConnectOpts => {
  const [only, ...more] = addresses
  const common = { port: to.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
  if (only !== undefined && more.length === 0) return { ...common, host: only.address }
  // Node tries the addresses in turn (RFC 8305); it is given the checked ones, whatever options it asks with.
  return {
    ...common,
    host: to.hostname,
    autoSelectFamily: true,
    lookup: (_host, _options, done) => done(null, [...addresses]),
  }
}

const secure = (socket: Socket, hostname: string, secureContext: SecureContext): Socket => {
  const name = hostname.replace(/\.$/, '')
  return tlsConnect({
    socket,
    host: name,
    // RFC 6066, 3: no server name for literal addresses.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    secureContext,
    ALPNProtocols: ['http/1.1'],
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 cannot turn it off.
    rejectUnauthorized: true,
  })
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const CONNECTION_SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was reset.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The network of the host cannot be reached.',
  ETIMEDOUT: 'The host did not answer.',
  EMFILE: 'This server has no free file handle for a connection.',
}

const connectionError = (error: Error): ConnectError => {
  const [first] = error instanceof AggregateError ? error.errors : [error]
  return new ConnectError(
    'connection',
    CONNECTION_SENTENCES[codeOf(first)] ?? 'The connection could not be made.',
    error,
  )
}

const TLS_SENTENCES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The certificate of the target has expired.',
  CERT_NOT_YET_VALID: 'The certificate of the target is not valid yet.',
  CERT_REVOKED: 'The certificate of the target was revoked.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate of the target is signed by itself only.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate of the target comes from an authority that is not trusted.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The certificate of the target comes from an authority that is not trusted.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate of the target comes from an authority that is not trusted.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the target is for another host.',
  UNABLE_TO_GET_CRL: 'No revocation list tells whether the certificate of the target still holds (TLS_CRL_FILE).',
  CRL_HAS_EXPIRED: 'The revocation list for the certificate of the target has expired (TLS_CRL_FILE).',
  CRL_NOT_YET_VALID: 'The revocation list for the certificate of the target is not valid yet (TLS_CRL_FILE).',
  CRL_SIGNATURE_FAILURE: 'The revocation list for the certificate of the target is not signed by its authority.',
}

const tlsError = (error: Error): ConnectError => {
  const code = codeOf(error)
  const known = TLS_SENTENCES[code]
  if (known !== undefined) return new ConnectError('tls', known, error)
  return new ConnectError('tls', `The TLS handshake failed${code === '' ? '' : ` (${code})`}.`, error)
}

const asConnectError = (error: unknown): ConnectError => {
  if (error instanceof ConnectError) return error
  if (error instanceof NameError) return new ConnectError('dns', error.message, error)
  return new ConnectError('internal', 'The connection could not be made.', error)
}
