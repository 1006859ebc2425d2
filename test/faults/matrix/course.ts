import { createArchives } from '../../../src/adapters/archive/archives.ts'
import { createParcels } from '../../../src/adapters/archive/parcels.ts'
import { createSigner } from '../../../src/adapters/signer.ts'
import { createVault } from '../../../src/adapters/vault.ts'
import { newSigningKey, trustedKeyOf } from '../../../src/crypto/signature.ts'
import { isDsrError } from '../../../src/domain/errors.ts'
import type { RequestId } from '../../../src/domain/ids.ts'
import type { Engine } from '../../../src/effects/engine.ts'
import type { Commands } from '../../../src/ports/commands.ts'
import type { Job } from '../../../src/ports/queue.ts'
import type { OutboxRow } from '../../../src/ports/rows.ts'
import type { Ports } from '../../../src/ports/runtime.ts'
import type { Tx } from '../../../src/ports/store.ts'
import { createCommands } from '../../../src/flow/commands.ts'
import { createEffectHost } from '../../../src/flow/effect-host.ts'
import { receiveRequest } from '../../../src/stages/intake.ts'
import { connect } from '../../../workers/connector.ts'
import { coordinate } from '../../../workers/coordinator.ts'
import { relayTurn, type Relay } from '../../../workers/relay.ts'
import { choresTurn, watchTurn } from '../../../workers/watchdog.ts'
import { HOUR, MINUTE, SECOND, VirtualClock } from '../../kit/sim/clock.ts'
import { Dice, seededIds } from '../../kit/sim/dice.ts'
import { testPolicies } from '../../kit/sim/policies.ts'
import { MemoryQueue } from '../../kit/sim/queue.ts'
import { APPROVER, intakeForm, PORTAL } from '../../kit/sim/rig.ts'
import { Boundaries, ProcessDied, type Fault } from './boundaries.ts'
import type { CourseParts, OpenCourseParts } from './parts.ts'
import { shimObjects, shimOutside, shimQueue, shimStore } from './shims.ts'

export type CourseRight = 'access' | 'portability' | 'erasure'

export const SIGNING_KEY = newSigningKey()
export const RECORD_KEY = trustedKeyOf(SIGNING_KEY)
const MASTER_KEY = new Uint8Array(32).fill(7)
const MOST_TURNS = 600
const CHORES_EVERY = 8
/** The longest lease of all, a call's, and a little. */
const TAKE_OVER_MS = 185 * SECOND

/** Opens a course on the given parts. */
export async function openCourse(open: OpenCourseParts, right: CourseRight, fault?: Fault): Promise<Course> {
  const clock = new VirtualClock()
  const boundaries = new Boundaries(fault)
  return new Course({ parts: await open(clock, boundaries), clock, boundaries, right, fault })
}

interface Opened {
  readonly parts: CourseParts
  readonly clock: VirtualClock
  readonly boundaries: Boundaries
  readonly right: CourseRight
  readonly fault: Fault | undefined
}

/** One request from the portal to its end, with one fault on the way; whoever died is replaced, and the portal asks again. */
export class Course {
  readonly boundaries: Boundaries
  readonly parts: CourseParts
  readonly delivered: OutboxRow[] = []
  readonly ports: Ports
  readonly #clock: VirtualClock
  readonly #queue = new MemoryQueue()
  readonly #right: CourseRight
  readonly #engine: Engine
  readonly #commands: Commands
  readonly #relay: Relay
  readonly #isJobLost: boolean
  #deaths = 0

  constructor({ parts, clock, boundaries, right, fault }: Opened) {
    this.#clock = clock
    this.#right = right
    this.boundaries = boundaries
    this.parts = parts
    // A job whose worker died is given to another, or lost with it: the one and the other, case by case.
    this.#isJobLost = (fault?.nth ?? 0) % 2 === 1
    const random = seededIds(new Dice(1))
    const objects = shimObjects(parts.objects, boundaries)
    this.ports = {
      store: shimStore(parts.store, boundaries, () => clock.nowMs()),
      clock,
      random,
      vault: createVault({ masterKey: MASTER_KEY, lookupKey: MASTER_KEY }),
      accounts: parts.accounts,
      policies: testPolicies({ byRight: { access: { approval: 'auto' }, portability: { approval: 'auto' } } }),
      parcels: createParcels(objects),
      archives: createArchives({ objects, clock }),
      signer: createSigner(SIGNING_KEY),
      events: { emit: () => undefined },
      leaseMs: 30 * SECOND,
    }
    this.#engine = { ports: this.ports, host: createEffectHost(this.ports) }
    this.#commands = createCommands(this.ports)
    const outside = { sendEvent: this.#deliver, sendNotice: this.#deliver, retryAfterMs: [MINUTE, HOUR, HOUR] }
    this.#relay = {
      ports: this.ports,
      queue: shimQueue(this.#queue, boundaries),
      outside: shimOutside(outside, boundaries),
    }
  }

  readonly #deliver = (row: OutboxRow) => {
    this.delivered.push(row)
    return Promise.resolve({ kind: 'delivered' } as const)
  }

  get #dog() {
    return { engine: this.#engine, queue: this.#relay.queue }
  }

  /** What is stored, as an onlooker sees it. */
  read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.parts.store.transact(work)
  }

  /** @throws Error when the request does not come to its end. */
  async run(): Promise<RequestId> {
    const id = await this.#handIn()
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      await this.#workOff()
      if (await this.#isOver(id)) return await this.#tidy(id)
      await this.#askPeople(id)
      await this.#work(() => watchTurn(this.#dog))
      if (turn % CHORES_EVERY === 0) await this.#work(() => choresTurn(this.#dog))
      if (this.#queue.waiting.length === 0) await this.#wait()
    }
    throw new Error('the request does not come to its end')
  }

  /** The chores come once more, as they do every minute. */
  async #tidy(id: RequestId): Promise<RequestId> {
    for (let turn = 0; turn < 4; turn += 1) await this.#work(() => choresTurn(this.#dog))
    return id
  }

  /** Lets so much time pass, and does the chores. */
  async after(ms: number, id: RequestId): Promise<void> {
    this.#clock.advance(ms)
    await this.#tidy(id)
  }

  /** The portal asks again with the same key until it has an answer. */
  async #handIn(): Promise<RequestId> {
    const { email, identities, names } = this.parts.subject
    const form = intakeForm(email, {
      right: this.#right,
      identities,
      names,
      idempotencyKey: 'one and the same',
      callbackUrl: 'https://portal.example.com/callback',
    })
    const { request } = await this.#insist(() => receiveRequest(this.ports, form))
    return request.id
  }

  /** Relays and works until the queue is empty and nothing more comes out of the outbox. */
  async #workOff(): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const relayed = await this.#work(() => relayTurn(this.#relay))
      const jobs = this.#queue.waiting
      for (const job of jobs) await this.#run(job)
      if (jobs.length === 0 && (relayed ?? 1) === 0) return
    }
  }

  async #run(job: Job): Promise<void> {
    this.#queue.take(job)
    const signal = new AbortController().signal
    const deaths = this.#deaths
    await this.#work(() =>
      job.kind === 'request'
        ? coordinate(this.ports, job)
        : connect(this.#engine, job, { signal, every: () => ({ stop: () => undefined }) }),
    )
    if (this.#deaths === deaths) this.#queue.finish(job)
    else if (!this.#isJobLost) this.#queue.doubled(job)
  }

  /** What people do when they are asked: approve the plan, and order again what nobody can know about. */
  async #askPeople(id: RequestId): Promise<void> {
    const { request, legs } = await this.read(async (tx) => ({
      request: await tx.request.get(id),
      legs: await tx.leg.find({ requestId: id, state: 'parked' }),
    }))
    if (request?.state === 'awaiting_approval' && request.approval === null && request.planHash !== null) {
      const { planHash } = request
      await this.#insist(() => this.#commands.approve({ requestId: id, actor: APPROVER, reason: null, planHash }))
    }
    if (request?.state === 'awaiting_decision') await this.#decide(id)
    for (const leg of legs) {
      if (leg.parkedReason !== 'effect_unknown') throw new Error(`parked: ${leg.parkedReason ?? ''}`)
      const order = { requestId: id, actor: PORTAL, reason: null, legId: leg.id, action: 'act_again' as const }
      await this.#insist(() => this.#commands.resume(order))
    }
  }

  /** A person knows whose every doubtful record is: the subject's, who alone was planted. */
  async #decide(id: RequestId): Promise<void> {
    const open = await this.read((tx) => tx.record.find({ requestId: id, isCertain: false, decision: null }))
    if (open.length === 0) return
    const decisions = open.map((row) => ({ recordId: row.id, decision: 'subject' as const, law: null, untilMs: null }))
    await this.#insist(() => this.#commands.decide({ requestId: id, actor: APPROVER, reason: 'looked at', decisions }))
  }

  /** Whoever is outside asks again until there is an answer. */
  async #insist<Result>(order: () => Promise<Result>): Promise<Result> {
    for (;;) {
      const answer = await this.#work(order)
      if (answer !== undefined) return answer
    }
  }

  /** One piece of work of one process. Undefined when it failed; a process that died is replaced when its leases are over. */
  async #work<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ProcessDied) && !this.boundaries.isDead && !isDsrError(error)) throw error
      return undefined
    } finally {
      if (this.boundaries.isDead) {
        this.#deaths += 1
        this.boundaries.revive()
        this.#clock.advance(TAKE_OVER_MS)
      }
    }
  }

  /** To the next moment at which something is due, and to the watchdog's next look at what was lost at the latest. */
  async #wait(): Promise<void> {
    const now = this.#clock.nowMs()
    const { due, isOut } = await this.read((tx) => outlook(tx, now))
    // What was announced just now waits for the relay and not for time.
    if (due.some((at) => at <= now)) return
    const next = Math.min(...due, isOut || due.length === 0 ? now + 31 * SECOND : Infinity)
    this.#clock.reach(Math.max(next, now + SECOND))
  }

  async #isOver(id: RequestId): Promise<boolean> {
    const { request, waiting } = await this.read(async (tx) => ({
      request: await tx.request.get(id),
      waiting: await tx.outbox.count({ publishedAtDbMs: null }),
    }))
    if (request === undefined) throw new Error('the request is lost')
    return request.state === 'closed' && waiting === 0
  }
}

interface Outlook {
  /** When something is due by itself; what is due already is an announcement that the relay will take. */
  readonly due: readonly number[]
  /** Whether something is out of which nobody may have heard. */
  readonly isOut: boolean
}

async function outlook(tx: Tx, now: number): Promise<Outlook> {
  const later = { above: now }
  const [requests, legs, effects, rechecks, messages, calls, requestsOut, legsOut] = await Promise.all([
    tx.request.find({ nextActionAtMs: later }),
    tx.leg.find({ nextActionAtMs: later }),
    tx.effect.find({ nextActionAtMs: later }),
    tx.recheck.find({ state: 'due', dueAtMs: later }),
    tx.outbox.find({ publishedAtDbMs: null }),
    tx.call.count({ state: 'sent' }),
    tx.request.count({ issuedAtDbMs: { above: 0 } }),
    tx.leg.count({ issuedAtDbMs: { above: 0 } }),
  ])
  const due = [
    ...[...requests, ...legs, ...effects].map((row) => row.nextActionAtMs),
    ...rechecks.map((row) => row.dueAtMs),
    ...messages.map((row) => row.notBeforeMs ?? now),
  ]
  return { due: due.filter((at) => at !== null), isOut: calls + requestsOut + legsOut > 0 }
}
