/** Client certificates and revocation, against real TLS servers on loopback. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { TLSSocket } from 'node:tls'
import {
  CLIENTS,
  REVOCATION_LISTS,
  REVOKING_AUTHORITY,
  SERVER_KEY,
  SERVERS,
} from '../../tests/support/client-certificates.ts'
import { httpExecutor } from '../../tests/support/http-runner.ts'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { anAssignment, aTarget } from '../../tests/support/targets.ts'
import { tempFolder } from '../../tests/support/temp-store.ts'
import type { ClientTls } from '../domain/target.ts'
import { openRevocationLists } from './revocation.ts'

/** Answers with the name in the client's certificate, and the port it came from. */
const tlsServer = async (test: TestContext, options: { cert?: string; requestCert?: boolean } = {}) => {
  const server = createServer(
    {
      key: SERVER_KEY,
      cert: options.cert ?? SERVERS.held,
      ca: REVOKING_AUTHORITY,
      requestCert: options.requestCert ?? false,
      rejectUnauthorized: options.requestCert ?? false,
    },
    (request, response) => {
      const subject = (request.socket as TLSSocket).getPeerCertificate().subject
      if (request.url === '/away') response.writeHead(307, { location: `https://127.0.0.1:${port}/` })
      response.end(`${subject?.CN ?? 'nobody'} ${request.socket.remotePort}`)
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  test.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `https://localhost:${port}` }
}

const tlsOf = ({ certificate, privateKey }: { certificate: string; privateKey: string }): ClientTls => ({
  certificate,
  privateKey: { sealed: privateKey },
})

const executorFor = (test: TestContext, more: Parameters<typeof httpExecutor>[0] = {}) => {
  const executor = httpExecutor({ ca: [REVOKING_AUTHORITY], ...more })
  test.after(() => executor.close())
  return executor
}

describe('a client certificate', () => {
  it('is shown to the target, and connections of one certificate never serve another', async (test) => {
    const { origin } = await tlsServer(test, { requestCert: true })
    const executor = executorFor(test)
    const call = (tls: ClientTls) => executor.execute(anAssignment(aTarget(`${origin}/`, { tls })))
    const billing = tlsOf(CLIENTS.billing)

    const outputs = []
    for (const tls of [billing, billing, tlsOf(CLIENTS.payroll)]) outputs.push((await call(tls)).output?.split(' '))

    const [[name, port] = [], [sameName, samePort] = [], [otherName, otherPort] = []] = outputs
    assert.deepEqual([name, sameName, otherName], ['billing', 'billing', 'payroll'])
    assert.equal(samePort, port, 'the connection is used again')
    assert.notEqual(otherPort, port)
  })

  it('that the target demands and does not get ends the attempt as a fault of TLS, not of ours', async (test) => {
    const { origin } = await tlsServer(test, { requestCert: true })
    const executor = executorFor(test)

    const outcome = await executor.execute(anAssignment(aTarget(`${origin}/`)))

    assert.deepEqual([outcome.kind, outcome.failure, outcome.retryable], ['failure', 'tls', true])
    assert.deepEqual(executor.faults, [])
  })

  it('S50: stays behind when a redirect leads to another origin', async (test) => {
    const { origin } = await tlsServer(test)
    const demanding = await tlsServer(test, { requestCert: true })
    const executor = executorFor(test)
    const tls = tlsOf(CLIENTS.billing)

    const home = await executor.execute(anAssignment(aTarget(`${demanding.origin}/`, { tls })))
    const away = await executor.execute(anAssignment(aTarget(`${demanding.origin}/away`, { tls })))

    assert.match(home.output ?? '', /^billing /)
    // The server asks whoever comes to 127.0.0.1, another origin, for a certificate, and gets none.
    assert.equal(away.failure, 'tls')
    assert.notEqual(origin, demanding.origin)
  })

  it('brings its own authority: nobody else is trusted for this target', async (test) => {
    const { origin } = await tlsServer(test)
    const executor = executorFor(test, { ca: [] })
    const tls = tlsOf(CLIENTS.billing)

    const untrusted = await executor.execute(anAssignment(aTarget(`${origin}/`, { tls })))
    const trusted = await executor.execute(
      anAssignment(aTarget(`${origin}/`, { tls: { ...tls, ca: REVOKING_AUTHORITY } })),
    )

    assert.deepEqual([untrusted.failure, trusted.kind], ['tls', 'success'])
  })

  it('whose key cannot be opened fails the attempt for good, and says nothing of the key', async (test) => {
    const { origin } = await tlsServer(test)
    const executor = executorFor(test, {
      reveal: () => {
        throw new Error('canary')
      },
    })

    const outcome = await executor.execute(anAssignment(aTarget(`${origin}/`, { tls: tlsOf(CLIENTS.billing) })))

    assert.deepEqual([outcome.failure, outcome.retryable], ['secret', false])
    assert.doesNotMatch(JSON.stringify([outcome, executor.faults]), /canary/)
  })
})

describe('S58: a revocation list', () => {
  const listed = (test: TestContext, text: string) => {
    const path = join(tempFolder(test), 'revoked.pem')
    writeFileSync(path, text)
    const clock = manualClock(0)
    const faults: unknown[] = []
    const open = () => openRevocationLists({ path, clock, onFault: (error) => faults.push(error) })
    return { path, clock, faults, open }
  }

  it('refuses the certificate it names and lets others through', async (test) => {
    const [held, revoked] = [await tlsServer(test), await tlsServer(test, { cert: SERVERS.revoked })]
    const revocation = listed(test, REVOCATION_LISTS.current).open()
    const executor = executorFor(test, { revocation })

    const good = await executor.execute(anAssignment(aTarget(`${held.origin}/`)))
    const bad = await executor.execute(anAssignment(aTarget(`${revoked.origin}/`)))

    assert.equal(good.kind, 'success', good.error ?? '')
    assert.deepEqual([bad.failure, bad.error], ['tls', 'The certificate of the target was revoked.'])
  })

  it('without any, nobody finds out', async (test) => {
    const revoked = await tlsServer(test, { cert: SERVERS.revoked })
    const executor = executorFor(test)

    assert.equal((await executor.execute(anAssignment(aTarget(`${revoked.origin}/`)))).kind, 'success')
  })

  it('that has expired trusts nobody any more, and says why', async (test) => {
    const held = await tlsServer(test)
    const executor = executorFor(test, { revocation: listed(test, REVOCATION_LISTS.expired).open() })

    const outcome = await executor.execute(anAssignment(aTarget(`${held.origin}/`)))

    assert.equal(outcome.failure, 'tls')
    assert.match(outcome.error ?? '', /revocation list .* has expired/)
  })

  it('that changes is in use a minute later; a damaged one leaves the last good one standing', async (test) => {
    const { path, clock, faults, open } = listed(test, REVOCATION_LISTS.expired)
    const lists = open()
    const first = lists.current()
    const later = async () => {
      clock.advance(60_000)
      lists.current()
      for (let turn = 0; turn < 50 && faults.length === 0 && lists.current() === first; turn++) {
        // As long a way through the file system as the lists take.
        await readFile(path)
      }
      return lists.current()
    }

    writeFileSync(path, 'nothing of the kind')
    assert.equal(await later(), first)
    assert.equal(faults.length, 1)

    faults.length = 0
    writeFileSync(path, REVOCATION_LISTS.current)
    assert.deepEqual(await later(), [REVOCATION_LISTS.current.trim()])
  })

  it('that cannot be read, or is none, stops the start', (test) => {
    assert.throws(listed(test, 'nothing of the kind').open, /holds no PEM block of the type X509 CRL/)
    const damaged = '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n'
    assert.throws(listed(test, damaged).open)
  })
})
