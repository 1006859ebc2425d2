import { newSigningKey } from '../../../src/crypto/signature.ts'
import type { Engine } from '../../../src/effects/engine.ts'
import type { LegId, RequestId } from '../../../src/domain/ids.ts'
import { signRecord } from '../../../src/ledger/record.ts'
import type { Commands } from '../../../src/ports/commands.ts'
import type { Job } from '../../../src/ports/queue.ts'
import type { Actor, LegRow, OutboxRow, RequestRow } from '../../../src/ports/rows.ts'
import type { Account, Ports } from '../../../src/ports/runtime.ts'
import { createCommands } from '../../../src/flow/commands.ts'
import { createStopping } from '../../../src/flow/stopping.ts'
import type { Stopping } from '../../../src/ports/stopping.ts'
import { createEffectHost } from '../../../src/flow/effect-host.ts'
import { receiveRequest, type IntakeForm } from '../../../src/stages/intake.ts'
import { connect } from '../../../workers/connector.ts'
import { coordinate } from '../../../workers/coordinator.ts'
import type { DeliveryOutcome, Outside } from '../../../workers/deliver.ts'
import { relayTurn } from '../../../workers/relay.ts'
import { choresTurn, watchTurn } from '../../../workers/watchdog.ts'
import { MemoryStore } from '../memory-store.ts'
import { testAccount, testAccounts, type AccountOptions } from './accounts.ts'
import { HOUR, MINUTE, SECOND, VirtualClock } from './clock.ts'
import { Dice, seededIds } from './dice.ts'
import { fakeConnector } from './fake-connector.ts'
import { FakeVendor } from './fake-vendor.ts'
import { MemoryFiles } from './files.ts'
import { CONTROLLER, testPolicies, type PolicyOptions } from './policies.ts'
import { MemoryQueue } from './queue.ts'
import { plainVault } from './vault.ts'

export const PORTAL: Actor = { role: 'portal', id: 'portal-key' }
export const APPROVER: Actor = { role: 'approver', id: 'approver-1' }

const KEY = newSigningKey()

export interface RigOptions {
  readonly policy?: PolicyOptions
  /** Accounts by name; one called `crm` when absent. */
  readonly accounts?: Readonly<Record<string, Partial<Omit<AccountOptions, 'id' | 'clock'>>>>
}

/** Habeas in memory on fake vendors: the real stages, effects and workers, driven turn by turn. */
export class Rig {
  readonly clock = new VirtualClock()
  readonly store = new MemoryStore({ clock: this.clock })
  readonly queue = new MemoryQueue()
  readonly files = new MemoryFiles()
  readonly vendors: Readonly<Record<string, FakeVendor>>
  readonly accounts: Account[]
  readonly ports: Ports
  readonly engine: Engine
  readonly commands: Commands
  readonly stopping: Stopping
  /** What was delivered outside, and what the receiver answers next. */
  readonly delivered: OutboxRow[] = []
  deliveryOutcome: DeliveryOutcome = { kind: 'delivered' }
  readonly #outside: Outside

  constructor(options: RigOptions = {}) {
    const names = Object.entries(options.accounts ?? { crm: {} })
    const vendors = new Map(names.map(([id]) => [id, new FakeVendor(this.clock)]))
    this.vendors = Object.fromEntries(vendors)
    this.accounts = names.map(([id, account]) =>
      testAccount({ connector: fakeConnector(this.vendor(id)), ...account, id, clock: this.clock }),
    )
    const random = seededIds(new Dice(1))
    this.ports = {
      store: this.store,
      clock: this.clock,
      random,
      vault: plainVault(random),
      accounts: testAccounts(this.accounts),
      policies: testPolicies(options.policy),
      parcels: this.files.parcels,
      archives: this.files.archives,
      signer: { sign: (statement) => signRecord(statement, KEY), signEvent: () => Promise.resolve(new Uint8Array()) },
      events: { emit: () => undefined },
      leaseMs: 30 * SECOND,
    }
    this.engine = { ports: this.ports, host: createEffectHost(this.ports) }
    this.commands = createCommands(this.ports)
    this.stopping = createStopping(this.ports)
    this.#outside = {
      sendEvent: (row) => this.#deliver(row),
      sendNotice: (row) => this.#deliver(row),
      retryAfterMs: [MINUTE, HOUR],
    }
  }

  vendor(id = 'crm'): FakeVendor {
    const vendor = this.vendors[id]
    if (vendor === undefined) throw new Error(`no vendor ${id}`)
    return vendor
  }

  /** Hands in an erasure for an address with an accepted identity check, unless the form says otherwise. */
  async receive(email: string, form: Partial<IntakeForm> = {}): Promise<RequestId> {
    const { request } = await receiveRequest(this.ports, intakeForm(email, form))
    return request.id
  }

  /** Relays, works and coordinates until nothing is left to do at this moment. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 500; turn += 1) {
      const relayed = await relayTurn(this.relay)
      const jobs = this.queue.waiting
      for (const job of jobs) await this.work(job)
      if (relayed === 0 && jobs.length === 0) return
    }
    throw new Error('the rig does not come to rest')
  }

  /** Lets time pass in steps of at most `stepMs`, watched, until `ms` are over. */
  async after(ms: number, stepMs = Math.max(MINUTE, ms / 20)): Promise<void> {
    const endMs = this.clock.nowMs() + ms
    while (this.clock.nowMs() < endMs) {
      this.clock.advance(Math.min(stepMs, endMs - this.clock.nowMs()))
      await this.watch()
      await this.settle()
    }
  }

  async watch(): Promise<void> {
    await watchTurn({ engine: this.engine, queue: this.queue })
  }

  async chores(): Promise<void> {
    await choresTurn({ engine: this.engine, queue: this.queue })
  }

  get relay() {
    return { ports: this.ports, queue: this.queue, outside: this.#outside }
  }

  async work(job: Job): Promise<void> {
    this.queue.take(job)
    const signal = new AbortController().signal
    if (job.kind === 'request') await coordinate(this.ports, job)
    else await connect(this.engine, job, { signal, every: () => ({ stop: () => undefined }) })
    this.queue.finish(job)
  }

  request(id: RequestId): RequestRow {
    return one(this.store.rows('request').filter((row) => row.id === id))
  }

  legs(id: RequestId, generation = 0): readonly LegRow[] {
    return this.store.rows('leg').filter((row) => row.requestId === id && row.generation === generation)
  }

  leg(id: RequestId, account = 'crm', generation = 0): LegRow {
    return one(this.legs(id, generation).filter((row) => row.accountId === account))
  }

  /** What became of each part that held something, by account and part. */
  outcomes(id: RequestId, generation = 0): Readonly<Record<string, string>> {
    const parts = this.legs(id, generation).flatMap((leg) =>
      leg.parts
        .filter((part) => part.outcome.kind !== 'nothing_found')
        .map((part) => [`${leg.accountId}/${part.part}`, part.outcome.kind] as const),
    )
    return Object.fromEntries(parts)
  }

  journal(id: RequestId): readonly string[] {
    const rows = this.store.rows('journal').filter((row) => row.requestId === id)
    return [...rows].sort((a, b) => a.seq - b.seq).map((row) => row.kind)
  }

  async approve(id: RequestId): Promise<void> {
    const planHash = this.request(id).planHash ?? ''
    await this.commands.approve({ requestId: id, actor: APPROVER, reason: null, planHash })
    await this.settle()
  }

  async resume(id: RequestId, action: 'retry' | 'act_again' | 'accept', legId: LegId | null): Promise<void> {
    await this.commands.resume({ requestId: id, actor: APPROVER, reason: null, legId, action })
    await this.settle()
  }

  #deliver(row: OutboxRow): Promise<DeliveryOutcome> {
    this.delivered.push(row)
    return Promise.resolve(this.deliveryOutcome)
  }
}

export function intakeForm(email: string, form: Partial<IntakeForm> = {}): IntakeForm {
  return {
    controllerId: CONTROLLER,
    right: 'erasure',
    mode: 'full',
    capacity: 'controller',
    instructionId: null,
    identities: [{ kind: 'email', value: email }],
    names: [],
    corrections: [],
    purposes: [],
    submittedAtMs: null,
    language: 'nl',
    channel: 'portal',
    externalReference: null,
    callbackUrl: null,
    identityCheck: { method: 'account_login', level: 2 },
    actor: PORTAL,
    idempotencyKey: null,
    body: {},
    ...form,
  }
}

function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined || rows.length > 1) throw new Error(`${rows.length} rows where one was expected`)
  return row
}
