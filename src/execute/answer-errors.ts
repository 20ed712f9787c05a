/** What undici reports about a broken exchange, as a failure of the attempt. */
import { errors } from 'undici'
import { ConnectError } from './connect.ts'
import { type Finding, failed, faulted } from './runner.ts'

const SENTENCES: Readonly<Record<string, readonly ['connection' | 'protocol' | 'response_too_large', string]>> = {
  UND_ERR_SOCKET: ['connection', 'The target closed the connection before its answer was complete.'],
  ECONNRESET: ['connection', 'The target reset the connection.'],
  EPIPE: ['connection', 'The target closed the connection.'],
  ETIMEDOUT: ['connection', 'The connection broke down.'],
  EHOSTUNREACH: ['connection', 'The host cannot be reached any more.'],
  ENETUNREACH: ['connection', 'The network of the host cannot be reached any more.'],
  UND_ERR_HEADERS_OVERFLOW: ['response_too_large', 'The headers of the answer are larger than 16 KiB.'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['protocol', 'The body is not as long as its content-length says.'],
}

export const findingOf = (error: Error, statusCode: number | null): Finding => {
  if (error instanceof ConnectError) {
    return error.failure === 'internal' ? faulted(error) : failed(error.failure, error.message)
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // "bad response", "bad upgrade": interim answers that nobody asked for.
  if (code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return malformedAnswer(statusCode)
  // Over TLS 1.3 a target refuses a certificate, ours or its absence, only after the handshake.
  if (code.startsWith('ERR_SSL_'))
    return failed('tls', `The target broke off the TLS connection (${code}).`, { statusCode })
  const known = SENTENCES[code]
  if (known !== undefined) return failed(known[0], known[1], { statusCode })
  // The error of the parser holds bytes of the answer, so it goes no further.
  return error instanceof errors.HTTPParserError ? malformedAnswer(statusCode) : faulted(error)
}

const malformedAnswer = (statusCode: number | null): Finding =>
  failed('protocol', 'The answer does not follow HTTP/1.1.', { statusCode })
