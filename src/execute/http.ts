/** The runner of HTTP targets: pools, guard and prepared requests behind one call. */
import type { Clock } from '../domain/clock.ts'
import { HttpCall, type HttpCallDependencies } from './call.ts'
import { createConnector, dialTcp } from './connect.ts'
import type { Reveal } from './credentials.ts'
import { createEgressGuard, type EgressPolicy } from './egress.ts'
import { type NameSources, systemNames } from './names.ts'
import { createPools } from './pools.ts'
import { createPreparer } from './request.ts'
import { createResolver } from './resolve.ts'
import { failed, type Run, type Runner } from './runner.ts'

export type HttpRunnerOptions = {
  readonly clock: Clock
  readonly egress: EgressPolicy
  readonly reveal: Reveal
  /** Of Carillon, for `user-agent: carillon/<version>`. */
  readonly version: string
  /** Certificate authorities in PEM, instead of those that Node trusts. */
  readonly ca?: readonly string[]
  /** Where host names are looked up; the hosts file and DNS of this machine by default. */
  readonly names?: NameSources
}

export const createHttpRunner = (options: HttpRunnerOptions): Runner => {
  const { clock } = options
  const guard = createEgressGuard(options.egress)
  const names = options.names ?? systemNames(clock, { searchLists: options.egress.allowPrivate })
  const resolve = createResolver(clock, names)
  const pools = createPools(clock, (reach) =>
    createConnector({ clock, guard, resolve, reach, ca: options.ca, dial: dialTcp }),
  )
  const prepare = createPreparer({ userAgent: `carillon/${options.version}`, guard })
  const dependencies: HttpCallDependencies = { clock, guard, pools, reveal: options.reveal }

  return {
    kind: 'http',
    start: (assignment, report) => {
      const { target } = assignment
      const prepared = target.kind === 'http' ? prepare(target) : 'The target is not one that is called over HTTP.'
      if (typeof prepared !== 'string') return new HttpCall(dependencies, { assignment, prepared, report }).start()
      report(failed('malformed', prepared))
      return NOTHING_TO_STOP
    },
    close: () => pools.close(),
  }
}

const NOTHING_TO_STOP: Run = { stop: () => ({ statusCode: null, output: null, doing: 'starting' }) }
