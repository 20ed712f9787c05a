/** One attempt on an HTTP target, redirects included: undici calls back, this decides what it means. */
import type { Client, Dispatcher } from 'undici'
import type { Assignment } from '../domain/attempt.ts'
import type { Clock } from '../domain/clock.ts'
import { findingOf } from './answer-errors.ts'
import { type Capture, createCapture, MOST_KEPT_BYTES, MOST_READ_BYTES, outputOf } from './capture.ts'
import { EGRESS_DENIED } from './connect.ts'
import type { Caller } from './connections.ts'
import { openCredentials, type Reveal } from './credentials.ts'
import { type Decoded, decode, encodingsOf } from './decode.ts'
import type { EgressGuard, Reach } from './egress.ts'
import type { IdentityOf } from './identity.ts'
import type { Lane, Pools } from './pools.ts'
import { follow, isRedirect } from './redirect.ts'
import type { Hop, Prepared } from './request.ts'
import { honoursRetryAfter, retryAfterMs } from './retry-after.ts'
import { accepted, type Finding, failed, faulted, type Heard, type Run, succeeded } from './runner.ts'

export type HttpCallDependencies = {
  readonly clock: Clock
  readonly guard: EgressGuard
  readonly pools: Pools
  readonly reveal: Reveal
  readonly identityOf: IdentityOf
}

export type HttpCallSubject = {
  readonly assignment: Assignment
  readonly prepared: Prepared
  readonly report: (finding: Finding) => void
  /** Must not show in what is kept, beside the secrets of the target itself. */
  readonly hide?: readonly string[]
  /** For whoever needs more of an answer than its finding says; called before `report`. */
  readonly hear?: (answer: Heading & { readonly body: Buffer }) => void
}

export type Heading = { readonly status: number; readonly headers: Headers }

/** Interim answers (1xx) before the real one; more is a flood. */
const MOST_INTERIM = 10

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2]

type Doing = 'waiting for a connection' | 'waiting for the answer' | 'reading the answer'

// A class, because undici wants an object with these methods and one is made for each fire.
export class HttpCall implements Dispatcher.DispatchHandler, Run, Caller {
  private readonly given: HttpCallDependencies
  private readonly assignment: Assignment
  private readonly report: (finding: Finding) => void
  private readonly began: number
  private readonly prepared: Prepared
  private hop: Hop
  private lane: Lane | null = null
  private client: Client | null = null
  private request: Dispatcher.DispatchOptions | null = null
  private controller: Dispatcher.DispatchController | null = null
  private capture: Capture | null = null
  private secrets: readonly string[]
  private stopDecoding: (() => void) | null = null
  private doing: Doing = 'waiting for a connection'
  private statusCode: number | null = null
  private location: string | null = null
  private encodings: readonly string[] = []
  private retryAfter: string | null = null
  private followed = 0
  private interim = 0
  private readonly hear: HttpCallSubject['hear']
  private responseHeaders: Headers = {}
  private finished = false

  constructor(given: HttpCallDependencies, about: HttpCallSubject) {
    this.given = given
    this.assignment = about.assignment
    this.report = about.report
    this.prepared = about.prepared
    this.hop = about.prepared.first
    this.secrets = about.hide ?? NONE
    this.hear = about.hear
    this.began = given.clock.monotonic()
  }

  start(): this {
    this.attempt(() => this.send(this.prepared.reach))
    return this
  }

  stop(): Heard {
    const heard = { statusCode: this.statusCode, output: this.finished ? null : this.outputSoFar(), doing: this.doing }
    this.end()
    return heard
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown, not aborted: that drops the request and leaves the idle connection whole.
    if (this.finished) throw new Error('the call ended while it waited for a connection')
    this.controller = controller
    this.doing = 'waiting for the answer'
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (this.finished) return
    if (status < 200) {
      if (++this.interim > MOST_INTERIM) this.fail('protocol', `More than ${MOST_INTERIM} interim answers (1xx) came.`)
      return
    }
    this.statusCode = status
    this.responseHeaders = headers
    this.doing = 'reading the answer'
    const retryAfter = headers['retry-after']
    this.retryAfter = retryAfter === undefined ? null : first(retryAfter)
    const location = headers.location
    this.location = location === undefined || !this.prepared.redirects ? null : first(location)
    const encoding = headers['content-encoding']
    if (encoding === undefined) return
    const encodings = encodingsOf(String(encoding))
    if (encodings === null) this.fail('protocol', 'The body is encoded more than twice.')
    else this.encodings = encodings
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.finished) return
    this.capture ??= this.newCapture()
    if (!this.capture.add(chunk)) this.complete('more than 1 MiB came')
  }

  onResponseEnd(): void {
    if (!this.finished) this.complete(null)
  }

  onResponseError(_: unknown, error: Error): void {
    // Hanging up comes back as an error too.
    if (!this.finished && error !== HANG_UP) this.finish(findingOf(error, this.statusCode))
  }

  private send(reach: Reach | null): void {
    if (reach === null) {
      this.finish(failed('egress_denied', EGRESS_DENIED))
      return
    }
    const { hop } = this
    const headers = this.headers()
    if (headers === null) this.finish(failed('secret', SECRET_BROKEN))
    else {
      this.doing = 'waiting for a connection'
      const identity = hop.tls === null ? null : this.given.identityOf(hop.tls, this.assignment)
      this.lane = this.given.pools.lane(this.assignment.workspaceKey, hop.origin, reach, identity)
      this.request = { path: hop.path, method: hop.method, headers, body: hop.body }
      this.lane.connections.enter(this)
    }
  }

  isOver(): boolean {
    return this.finished
  }

  go(client: Client): void {
    this.client = client
    this.attempt(() => client.dispatch(this.request as Dispatcher.DispatchOptions, this))
  }

  /** Null when the secret among them cannot be opened. */
  private headers(): string[] | null {
    const { hop, assignment, prepared } = this
    const headers = hop.headers.concat(prepared.announce(assignment))
    if (hop.auth !== null) {
      const credentials = openCredentials(hop.auth, assignment, this.given.reveal)
      if (credentials === null) return null
      headers.push(credentials.name, credentials.value)
      this.secrets = this.secrets.concat(credentials.secrets)
    }
    if (prepared.vouch !== null && hop.atHome) {
      const vouched = prepared.vouch(hop.body, assignment)
      if (vouched === null) return null
      headers.push(...vouched.headers)
      this.secrets = this.secrets.concat(vouched.secrets)
    }
    return headers
  }

  private newCapture(): Capture {
    // The body of a redirect is of no use; reading a little of it keeps the connection.
    if (isRedirect(this.statusCode ?? 0, this.location)) return createCapture(0, MOST_KEPT_BYTES)
    const whole = this.prepared.needsWholeBody || this.encodings.length > 0
    return createCapture(whole ? MOST_READ_BYTES : MOST_KEPT_BYTES + 1, MOST_READ_BYTES)
  }

  /** The answer is here, or as much of it as is wanted. */
  private complete(cut: string | null): void {
    if (cut !== null) this.hangUp()
    const status = this.statusCode ?? 0
    const body = this.capture?.bytes() ?? EMPTY
    if (isRedirect(status, this.location)) this.redirect(status, this.location)
    else if (this.encodings.length === 0 || body.length === 0) this.judge(body, cut)
    else
      this.stopDecoding = decode(body, this.encodings, (decoded) => this.attempt(() => this.judgeDecoded(decoded, cut)))
  }

  private judgeDecoded(decoded: Decoded, cut: string | null): void {
    if (this.finished) return
    if (decoded.kind === 'broken') this.fail('protocol', decoded.error)
    else this.judge(decoded.body, cut ?? decoded.cut)
  }

  private redirect(status: number, location: string): void {
    const next = follow(this.hop, status, location, this.followed)
    if (next.kind === 'refuse') this.fail('redirect', next.error)
    else {
      this.followed++
      this.release()
      this.controller = null
      this.capture = null
      this.location = null
      this.encodings = []
      this.hop = next.hop
      this.send(this.given.guard.admitUrl(next.hop.url))
    }
  }

  private judge(body: Buffer, cut: string | null): void {
    const { clock } = this.given
    const statusCode = this.statusCode ?? 0
    const output = outputOf(body, cut, this.secrets)
    this.hear?.({ status: statusCode, headers: this.responseHeaders, body })
    // Elsewhere than at home nobody was told where to report.
    if (statusCode === 202 && this.prepared.mayReport && this.hop.atHome) {
      this.finish(accepted(statusCode, output))
      return
    }
    const verdict = this.prepared.judge({ status: statusCode, body, durationMs: clock.monotonic() - this.began })
    if (verdict === null) {
      this.finish(succeeded(statusCode, output))
      return
    }
    const mayWait = this.retryAfter !== null && honoursRetryAfter(statusCode)
    this.finish(
      failed(verdict.failure, verdict.error, {
        statusCode,
        output,
        retryable: verdict.retryable,
        retryAfterMs: mayWait ? retryAfterMs(this.retryAfter ?? '', clock.now()) : null,
      }),
    )
  }

  private outputSoFar(): string | null {
    const body = this.capture?.bytes() ?? EMPTY
    // What came of a compressed body cannot be read.
    return this.encodings.length > 0 ? null : outputOf(body, 'the answer was not complete', this.secrets)
  }

  private fail(failure: 'protocol' | 'redirect', error: string): void {
    this.finish(failed(failure, error, { statusCode: this.statusCode }))
  }

  /** A bug of ours must end the call as a failure, wherever it strikes. */
  private attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.finish(faulted(error))
    }
  }

  private finish(finding: Finding): void {
    if (this.finished) return
    this.end()
    this.report(finding)
  }

  /** Nothing is heard from this call afterwards, and nothing of it stays open. */
  private end(): void {
    this.finished = true
    this.hangUp()
    this.stopDecoding?.()
    this.release()
  }

  private release(): void {
    const { lane, client } = this
    if (lane === null) return
    this.lane = null
    this.client = null
    if (client !== null) lane.connections.leave(client, this.doing !== 'waiting for a connection')
    this.given.pools.release(lane)
  }

  /** Closes the connection when an exchange is still going on over it; a finished exchange leaves it to the pool. */
  private hangUp(): void {
    const { controller } = this
    this.controller = null
    controller?.abort(HANG_UP)
  }
}

const EMPTY = Buffer.alloc(0)
const NONE: readonly string[] = []
const HANG_UP = new Error('the call is over')
export const SECRET_BROKEN = 'A secret of the target cannot be opened or cannot be sent; save it again.'

const first = (value: string | string[]): string => (typeof value === 'string' ? value : (value[0] ?? ''))
