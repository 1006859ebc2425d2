import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { isFinal, REQUEST_TABLE } from '../domain/request.ts'
import { RIGHTS } from '../domain/right.ts'
import { statesOf } from '../domain/state-table.ts'
import { openStops } from '../ports/stops.ts'
import type { Ports } from '../ports/runtime.ts'

export interface QueueDepth {
  readonly queue: string
  readonly state: string
  readonly count: number
}

export interface MetricsSources {
  readonly ports: Pick<Ports, 'store' | 'clock'>
  /** Jobs by queue and state. Absent: not measured. */
  readonly queueDepth?: () => Promise<readonly QueueDepth[]>
}

/** Prometheus metrics of one server. Labels are closed lists: never an id, never a person. */
export interface Metrics {
  readonly contentType: string
  /** The text that Prometheus reads; what the database knows is counted now. */
  read(): Promise<string>
  observeHttp(of: {
    readonly route: string
    readonly method: string
    readonly status: number
    readonly seconds: number
  }): void
  countFailure(code: string): void
}

const UNSETTLED_EFFECTS = ['ready', 'sent', 'accepted', 'unknown', 'rejected'] as const

/** Each call has a registry of its own, so that two servers can stand side by side. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const durations = new Histogram({
    name: 'habeas_http_duration_seconds',
    help: 'Time until an answer was sent, by route.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  const failures = new Counter({
    name: 'habeas_http_errors_total',
    help: 'Errors answered, by code.',
    labelNames: ['code'],
    registers,
  })
  const counts = createGauges(registers)
  return {
    contentType: registry.contentType,
    read: async () => {
      await measure(sources, counts)
      return registry.metrics()
    },
    observeHttp: ({ route, method, status, seconds }) =>
      durations.observe({ route, method, status: String(status) }, seconds),
    countFailure: (code) => failures.inc({ code }),
  }
}

type Gauges = ReturnType<typeof createGauges>

function createGauges(registers: Registry[]) {
  return {
    requests: new Gauge({
      name: 'habeas_requests',
      help: 'Requests by state and right.',
      labelNames: ['state', 'right'],
      registers,
    }),
    overdue: new Gauge({
      name: 'habeas_requests_overdue',
      help: 'Requests past their due date that nobody answered.',
      registers,
    }),
    parked: new Gauge({
      name: 'habeas_legs_parked',
      help: 'Systems that wait for a person, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    effects: new Gauge({
      name: 'habeas_effects_open',
      help: 'Changes at vendors that are not done, by state.',
      labelNames: ['state'],
      registers,
    }),
    stops: new Gauge({ name: 'habeas_stops', help: 'Stops in force: changes at vendors wait.', registers }),
    held: new Gauge({
      name: 'habeas_requests_held',
      help: 'Approved requests that do not begin, by what holds them.',
      labelNames: ['because'],
      registers,
    }),
    outbox: new Gauge({ name: 'habeas_outbox_waiting', help: 'Announcements not yet made.', registers }),
    queue: new Gauge({
      name: 'habeas_queue_jobs',
      help: 'Jobs by queue and state.',
      labelNames: ['queue', 'state'],
      registers,
    }),
  }
}

async function measure({ ports, queueDepth }: MetricsSources, gauges: Gauges): Promise<void> {
  const now = ports.clock.nowMs()
  const open = statesOf(REQUEST_TABLE).filter((state) => !isFinal(state))
  const counted = await ports.store.transact(async (tx) => ({
    byRight: await Promise.all(
      RIGHTS.map(async (right) => ({ right, states: await tx.request.countBy('state', { right }) })),
    ),
    overdue: await tx.request.count({ state: { in: open }, answeredAtMs: null, dueAtMs: { atMost: now } }),
    parked: await tx.leg.countBy('parkedReason', { state: 'parked' }),
    effects: await tx.effect.countBy('state', { state: { in: UNSETTLED_EFFECTS } }),
    outbox: await tx.outbox.count({ publishedAtDbMs: null }),
    stops: await openStops(tx),
    held: await tx.request.countBy('heldBy', { state: 'awaiting_approval', heldBy: { not: null } }),
  }))
  gauges.requests.reset()
  for (const { right, states } of counted.byRight)
    for (const { value, count } of states) gauges.requests.set({ right, state: value }, count)
  gauges.overdue.set(counted.overdue)
  gauges.parked.reset()
  for (const { value, count } of counted.parked) gauges.parked.set({ reason: value ?? 'unknown' }, count)
  gauges.effects.reset()
  for (const state of UNSETTLED_EFFECTS) gauges.effects.set({ state }, 0)
  for (const { value, count } of counted.effects) gauges.effects.set({ state: value }, count)
  gauges.outbox.set(counted.outbox)
  gauges.stops.set(counted.stops.length)
  gauges.held.reset()
  for (const { value, count } of counted.held) gauges.held.set({ because: value ?? 'unknown' }, count)
  const depths = await queueDepth?.()
  gauges.queue.reset()
  for (const { queue, state, count } of depths ?? []) gauges.queue.set({ queue, state }, count)
}
