import { createArchives } from '../../../src/adapters/archive/archives.ts'
import { createParcels } from '../../../src/adapters/archive/parcels.ts'
import { createSigner } from '../../../src/adapters/signer.ts'
import { createVault } from '../../../src/adapters/vault.ts'
import { newSigningKey, trustedKeyOf } from '../../../src/crypto/signature.ts'
import { isDsrError } from '../../../src/domain/errors.ts'
import type { RequestId } from '../../../src/domain/ids.ts'
import type { Engine } from '../../../src/effects/engine.ts'
import type { Commands } from '../../../src/ports/commands.ts'
import type { ObjectStore } from '../../../src/ports/objects.ts'
import type { Job } from '../../../src/ports/queue.ts'
import type { OutboxRow } from '../../../src/ports/rows.ts'
import type { Ports } from '../../../src/ports/runtime.ts'
import type { Store, Tx } from '../../../src/ports/store.ts'
import { createCommands } from '../../../src/flow/commands.ts'
import { createEffectHost } from '../../../src/flow/effect-host.ts'
import { receiveRequest } from '../../../src/stages/intake.ts'
import { connect } from '../../../workers/connector.ts'
import { coordinate } from '../../../workers/coordinator.ts'
import { relayTurn, type Relay } from '../../../workers/relay.ts'
import { choresTurn, watchTurn } from '../../../workers/watchdog.ts'
import { testAccount, testAccounts } from '../../kit/sim/accounts.ts'
import { HOUR, MINUTE, SECOND, VirtualClock } from '../../kit/sim/clock.ts'
import { Dice, seededIds } from '../../kit/sim/dice.ts'
import { fakeConnector } from '../../kit/sim/fake-connector.ts'
import { FakeVendor } from '../../kit/sim/fake-vendor.ts'
import { contactOf, invoiceOf, mailOf, testPerson } from '../../kit/sim/people.ts'
import { testPolicies } from '../../kit/sim/policies.ts'
import { MemoryQueue } from '../../kit/sim/queue.ts'
import { APPROVER, intakeForm, PORTAL } from '../../kit/sim/rig.ts'
import { Boundaries, ProcessDied, type Fault } from './boundaries.ts'
import { shimConnector, shimObjects, shimOutside, shimQueue, shimStore } from './shims.ts'

export type CourseRight = 'access' | 'erasure'

export interface CoursePlaces {
  /** An empty system of record whose clock is the one given. */
  readonly store: (clock: { nowMs(): number }) => Store
  readonly objects: (clock: { nowMs(): number }) => ObjectStore
}

export const SIGNING_KEY = newSigningKey()
export const RECORD_KEY = trustedKeyOf(SIGNING_KEY)
const MASTER_KEY = new Uint8Array(32).fill(7)
const SUBJECT = testPerson('ada')
const NEIGHBOUR = testPerson('bea', SUBJECT.name)
const MOST_TURNS = 600
/** The longest lease of all, a call's, and a little. */
const TAKE_OVER_MS = 185 * SECOND

/** One request from the portal to its end, with one fault on the way; whoever died is replaced, and the portal asks again. */
export class Course {
  readonly boundaries: Boundaries
  readonly vendor: FakeVendor
  readonly delivered: OutboxRow[] = []
  readonly objects: ObjectStore
  readonly ports: Ports
  readonly #clock = new VirtualClock()
  readonly #store: Store
  readonly #queue = new MemoryQueue()
  readonly #right: CourseRight
  readonly #engine: Engine
  readonly #commands: Commands
  readonly #relay: Relay
  readonly #isJobLost: boolean
  #deaths = 0

  constructor(places: CoursePlaces, right: CourseRight, fault?: Fault) {
    const clock = this.#clock
    this.#right = right
    this.boundaries = new Boundaries(fault)
    // A job whose worker died is given to another, or lost with it: the one and the other, case by case.
    this.#isJobLost = (fault?.at ?? 0) % 2 === 1
    this.vendor = new FakeVendor(clock)
    this.vendor.add(...contactOf(SUBJECT, 2), mailOf(SUBJECT), invoiceOf(SUBJECT), ...contactOf(NEIGHBOUR, 1))
    this.vendor.purgeMs = HOUR
    const random = seededIds(new Dice(1))
    this.#store = places.store(clock)
    this.objects = places.objects(clock)
    const objects = shimObjects(this.objects, this.boundaries)
    const connector = shimConnector(fakeConnector(this.vendor), this.boundaries)
    this.ports = {
      store: shimStore(this.#store, this.boundaries, () => clock.nowMs()),
      clock,
      random,
      vault: createVault({ masterKey: MASTER_KEY, lookupKey: MASTER_KEY }),
      accounts: testAccounts([testAccount({ id: 'crm', connector, clock })]),
      policies: testPolicies({ byRight: { access: { approval: 'auto' } } }),
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
      queue: shimQueue(this.#queue, this.boundaries),
      outside: shimOutside(outside, this.boundaries),
    }
  }

  readonly #deliver = (row: OutboxRow) => {
    this.delivered.push(row)
    return Promise.resolve({ kind: 'delivered' } as const)
  }

  /** What is stored, as an onlooker sees it. */
  read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.#store.transact(work)
  }

  /** @throws Error when the request does not come to its end. */
  async run(): Promise<RequestId> {
    const id = await this.#handIn()
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      await this.#workOff()
      if (await this.#isOver(id)) return await this.#tidy(id)
      await this.#askPeople(id)
      await this.#work(() => watchTurn({ engine: this.#engine, queue: this.#relay.queue }))
      await this.#work(() => choresTurn({ engine: this.#engine, queue: this.#relay.queue }))
      if (this.#queue.waiting.length === 0) await this.#wait()
    }
    throw new Error('the request does not come to its end')
  }

  /** The chores come once more, as they do every minute. */
  async #tidy(id: RequestId): Promise<RequestId> {
    for (let turn = 0; turn < 4; turn += 1)
      await this.#work(() => choresTurn({ engine: this.#engine, queue: this.#relay.queue }))
    return id
  }

  /** Lets so much time pass, and does the chores. */
  async after(ms: number, id: RequestId): Promise<void> {
    this.#clock.advance(ms)
    await this.#tidy(id)
  }

  /** The portal asks again with the same key until it has an answer. */
  async #handIn(): Promise<RequestId> {
    const form = intakeForm(SUBJECT.email, {
      right: this.#right,
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
    for (const leg of legs) {
      if (leg.parkedReason !== 'effect_unknown') throw new Error(`parked: ${leg.parkedReason ?? ''}`)
      const order = { requestId: id, actor: PORTAL, reason: null, legId: leg.id, action: 'act_again' as const }
      await this.#insist(() => this.#commands.resume(order))
    }
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
    const due = await this.read(async (tx) => {
      const requests = await tx.request.find({ nextActionAtMs: { above: now } })
      const legs = await tx.leg.find({ nextActionAtMs: { above: now } })
      const effects = await tx.effect.find({ nextActionAtMs: { above: now } })
      const messages = await tx.outbox.find({ publishedAtDbMs: null, notBeforeMs: { above: now } })
      return [
        ...requests.map((row) => row.nextActionAtMs),
        ...legs.map((row) => row.nextActionAtMs),
        ...effects.map((row) => row.nextActionAtMs),
        ...messages.map((row) => row.notBeforeMs),
      ].filter((at) => at !== null)
    })
    const isOut = await this.read(async (tx) => {
      const legs = await tx.leg.count({ issuedAtDbMs: { above: 0 } })
      const calls = await tx.call.count({ state: 'sent' })
      return legs + calls + (await tx.request.count({ issuedAtDbMs: { above: 0 } })) > 0
    })
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
