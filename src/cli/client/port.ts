/** Whether a server could listen here and be reached, and who listens if not. */
import { createServer } from 'node:http'
import { isIPv6 } from 'node:net'
import { type Received, send } from './http.ts'

/** Listens for a moment and calls itself. The reason why that failed, or null. */
export const tryPort = (host: string, port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const server = createServer((_, answer) => answer.end())
    const end = (reason: string | null) => {
      server.closeAllConnections()
      server.close(() => resolve(reason))
    }
    server.once('error', (error) => resolve(error.message))
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address()
      const at = typeof address === 'object' && address !== null ? address.port : port
      call(host, at, '/').then(
        () => end(null),
        (error: Error) => end(error.message),
      )
    })
  })

/** What a server of ours answers to a question about its health, or null. */
export const whoAnswers = async (host: string, port: number): Promise<Received | null> => {
  try {
    const answer = await call(host, port, '/healthz')
    return answer.status === 200 && /json/.test(answer.contentType) ? answer : null
  } catch {
    return null
  }
}

const call = (host: string, port: number, path: string): Promise<Received> =>
  send({ method: 'GET', url: new URL(`http://${reachable(host)}:${port}${path}`), headers: { connection: 'close' } })

/** All addresses are listened on, but one has to be called. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return isIPv6(host) ? `[${host}]` : host
}
