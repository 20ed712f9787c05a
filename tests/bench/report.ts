/** From samples to the rows of the table: each goal beside its limit or peer, with the bounds that the project sets itself. */
import type { Row } from './row.ts'
import type { Samples } from './samples.ts'
import type { Goal } from './stage.ts'
import { figure } from './table.ts'

export type ReportParts = {
  readonly samples: Samples
  readonly wants: (goal: Goal) => boolean
  readonly targetName: string
  readonly herd: number
  /** Why the peer was not measured; null when it was. */
  readonly peerMissing: string | null
}

type Line = Row & { readonly of: Goal }

export const rowsOf = (parts: ReportParts): readonly Row[] =>
  [...throughput(parts), ...lateness(parts), ...costs(parts), ...server(parts)]
    .filter(({ of }) => parts.wants(of))
    .map(({ of: _, ...row }) => row)

const throughput = ({ samples, targetName, peerMissing }: ReportParts): Line[] => {
  const raw = samples.median('raw')
  const ours = samples.median('flat-out')
  const peer = samples.median('bullmq')
  return [
    {
      of: 'g1',
      goal: 'G1',
      what: `calls per second, target ${targetName}`,
      ours: `${show(ours)}/s, ${show(samples.median('flat-out.cores'))} cores`,
      limit: `undici alone ${show(raw)}/s`,
      ratio: divided(ours, raw),
      must: 0.4,
      aim: 0.6,
      ...noise(samples, 'flat-out', 'raw'),
    },
    {
      of: 'g3',
      goal: 'G3',
      what: 'the same beside BullMQ, AOF everysec',
      ours: `${show(ours)}/s`,
      limit: peerMissing ?? `BullMQ ${show(peer)}/s`,
      ratio: divided(ours, peer),
      must: 2,
      aim: 3,
      ...noise(samples, 'flat-out', 'bullmq'),
    },
  ]
}

const lateness = ({ samples, herd }: ReportParts): Line[] => {
  const late = (of: Goal, what: string, name: string, bounds: Pick<Row, 'must' | 'aim'>): Line => {
    const ms = samples.median(name)
    const limit = name.endsWith('p99') ? `most ${show(samples.median(name.replace('p99', 'max')))} ms` : ''
    return {
      of,
      goal: of.toUpperCase(),
      what,
      ours: `${show(ms)} ms`,
      limit,
      ratio: ms,
      ...bounds,
      bound: 'most',
      ...noise(samples, name),
    }
  }
  const raw = samples.median('raw.node')
  const p99 = samples.median('herd.p99')
  return [
    late('g6', 'lateness at 1,000/s, p50', 'slow.p50', { must: null, aim: 0.5 }),
    late('g6', 'lateness at 1,000/s, p99', 'slow.p99', { must: 10, aim: 2 }),
    late('g7', 'lateness at 10,000/s, p50', 'fast.p50', { must: null, aim: 1 }),
    late('g7', 'lateness at 10,000/s, p99', 'fast.p99', { must: 30, aim: 10 }),
    {
      of: 'g8',
      goal: 'G8',
      what: `herd of ${herd}: k in p99 = herd / (k x undici alone)`,
      ours: `p50 ${show(samples.median('herd.p50'))}, p99 ${show(p99)} ms`,
      limit: `undici alone ${show(raw)}/s`,
      ratio: p99 === null || raw === null ? null : herd / ((p99 / 1000) * raw),
      must: 0.3,
      aim: 0.5,
      ...noise(samples, 'herd.p99', 'raw.node'),
    },
  ]
}

const costs = ({ samples }: ReportParts): Line[] => {
  const upTo = (of: Goal, what: string, name: string, unit: string, bounds: readonly [number, number]): Line => {
    const value = samples.median(name)
    const [must, aim] = bounds
    const ours = `${show(value)} ${unit}`
    return {
      of,
      goal: of.toUpperCase(),
      what,
      ours,
      limit: '',
      ratio: value,
      must,
      aim,
      bound: 'most',
      ...noise(samples, name),
    }
  }
  const many = samples.median('fast.cost')
  const few = samples.median('few.cost')
  return [
    upTo('g10', 'memory at 1,000/s', 'slow.mb', 'MB', [350, 250]),
    upTo('g10', 'memory flat out', 'flat-out.mb', 'MB', [600, 450]),
    upTo('g11', 'insert of all jobs', 'insert.seconds', 's', [15, 8]),
    upTo('g11', 'database file, per job', 'insert.bytes', 'B', [400, 200]),
    upTo('g12', 'idle server with all jobs, of a core', 'idle.percent', '%', [2, 0.5]),
    {
      of: 'g13',
      goal: 'G13',
      what: 'CPU per fire at 10,000/s, all jobs beside few',
      ours: `${show(many === null ? null : many * 1000)} us`,
      limit: `few jobs ${show(few === null ? null : few * 1000)} us`,
      ratio: divided(many, few),
      must: 1.3,
      aim: 1.1,
      bound: 'most',
      ...noise(samples, 'fast.cost', 'few.cost'),
    },
  ]
}

const server = ({ samples }: ReportParts): Line[] => {
  const start = samples.median('start.seconds')
  const rate = (what: string, name: string): Line => ({
    of: 'api',
    goal: '',
    what,
    ours: `${show(samples.median(`${name}.many`))}/s`,
    limit: `few jobs ${show(samples.median(`${name}.few`))}/s`,
    ratio: divided(samples.median(`${name}.many`), samples.median(`${name}.few`)),
    must: null,
    aim: null,
    ...noise(samples, `${name}.many`, `${name}.few`),
  })
  return [
    {
      of: 'start',
      goal: '',
      what: 'start of the server with all jobs, until ready',
      ours: `${show(start)} s`,
      limit: `idle memory ${show(samples.median('idle.mb'))} MB`,
      ratio: start,
      must: 3,
      aim: null,
      bound: 'most',
      ...noise(samples, 'start.seconds'),
    },
    rate('API: create a job', 'create'),
    rate('API: list a page of jobs', 'list'),
  ]
}

const noise = (samples: Samples, ...names: readonly string[]): { readonly foreign?: number } => {
  const foreign = samples.foreign(...names)
  return foreign === undefined ? {} : { foreign }
}

const divided = (value: number | null, by: number | null): number | null =>
  value === null || by === null ? null : value / by

const show = (value: number | null): string => (value === null ? '-' : figure(value))
