/** A target that gives back what it was sent, in every spelling, and a server of access tokens that does so too. */
import { httpTarget, type Received, type TargetServer } from './targets.ts'

/** Answered for `/token`; what is called with it echoes it like anything else. */
export const ACCESS_TOKEN = 'canary-access/Qp7+Zr2"Lw4='

/** Of headers and body; base64 in the three places that a text can have in a group of it. */
const echoOf = ({ headers, body, path }: Received): string => {
  const values = [...Object.values(headers).map(String), body]
  const all = JSON.stringify({ headers, body, path })
  return [
    ...values,
    ...values.map((value) => Buffer.from(value).toString('hex')),
    ...values.map((value) => encodeURIComponent(value)),
    ...values.flatMap((value) => ['', 'a', 'ab'].map((before) => Buffer.from(before + value).toString('base64'))),
    ...values.flatMap((value) => ['', 'a', 'ab'].map((before) => Buffer.from(before + value).toString('base64url'))),
    all,
    all.replaceAll('/', '\\/'),
  ].join('\n')
}

/**
 * `/echo` succeeds, `/fail` answers 500 with a reason that echoes too, `/torn` ends in the middle of its answer, `/away` redirects to
 * where the secret stands in the address, `/token` gives an access token, `/no-token` refuses one with an echo, `/later` takes over.
 */
export const echoingTarget = (): Promise<TargetServer> =>
  httpTarget((request, response) => {
    const echo = echoOf(request)
    const authorization = request.headers.authorization ?? ''
    switch (request.path.split('?', 1)[0]) {
      case '/token':
        response.setHeader('content-type', 'application/json')
        return response.end(JSON.stringify({ access_token: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 3600 }))
      case '/no-token':
        response.statusCode = 400
        response.setHeader('content-type', 'application/json')
        return response.end(JSON.stringify({ error: 'invalid_client', error_description: echo }))
      case '/fail':
        response.writeHead(500, `No ${authorization}`, { 'x-echo': authorization, 'set-cookie': authorization })
        return response.end(echo)
      case '/torn':
        response.writeHead(200, { 'content-length': String(echo.length + 1000) })
        return response.write(echo, () => response.destroy())
      case '/away':
        response.writeHead(302, { location: `gopher://127.0.0.1/${encodeURIComponent(authorization)}` })
        return response.end(echo)
      case '/later':
        response.statusCode = 202
        return response.end(echo)
      default:
        return response.end(echo)
    }
  })
