import { newSigningKey } from '../../src/crypto/signature.ts'
import type { Engine } from '../../src/effects/engine.ts'
import { DsrError } from '../../src/domain/errors.ts'
import { accountId } from '../../src/domain/ids.ts'
import { signRecord } from '../../src/ledger/record.ts'
import type { JobQueue } from '../../src/ports/queue.ts'
import type { Account, Ports } from '../../src/ports/runtime.ts'
import { createEffectHost } from '../../src/flow/effect-host.ts'
import type { DeliveryOutcome, Outside } from '../../workers/deliver.ts'
import { testAccount, testAccounts } from '../kit/sim/accounts.ts'
import { DAY, MINUTE, SECOND, SkewedClock, VirtualClock } from '../kit/sim/clock.ts'
import { Dice, seededIds } from '../kit/sim/dice.ts'
import { fakeConnector } from '../kit/sim/fake-connector.ts'
import { FakeVendor } from '../kit/sim/fake-vendor.ts'
import { MemoryFiles } from '../kit/sim/files.ts'
import { testPolicies } from '../kit/sim/policies.ts'
import { MemoryQueue } from '../kit/sim/queue.ts'
import { plainVault } from '../kit/sim/vault.ts'
import { MemoryStore } from '../kit/memory-store.ts'
import { Actor } from './actor.ts'
import { gatedStore, type Owned } from './gated-store.ts'
import type { AccountName, Scenario, Vendors } from './scenario.ts'

/** A way to break the code on purpose: ports as an actor gets them, changed. */
export interface Mutation {
  readonly ports?: (ports: Ports, actor: string) => Ports
  readonly account?: (account: Account) => Account
}

/** A process: its actor, its ports with its own clock, and the leases that its present run holds. */
export interface Process {
  readonly actor: Actor
  readonly ports: Ports
  readonly engine: Engine
  readonly queue: JobQueue
  readonly outside: Outside
  readonly owned: Owned
  readonly clock: SkewedClock
}

const KEY = newSigningKey()
const NAMES: readonly AccountName[] = ['crm', 'desk']

/** All that is one installation: the store, the vendors, the queue, and what was said to the outside. */
export class World {
  readonly scenario: Scenario
  readonly clock = new VirtualClock()
  /** Counts commits: what was read by eye stays true until the next. */
  commits = 0
  readonly store = new MemoryStore({ clock: this.clock, afterCommit: () => void (this.commits += 1) })
  readonly queue = new MemoryQueue()
  readonly files = new MemoryFiles()
  readonly vendors: Vendors
  readonly violations = new Set<string>()
  /** Names of events that the portal received, by request. */
  readonly received = new Map<string, string[]>()
  readonly #dice: Dice
  readonly #mutation: Mutation

  constructor(scenario: Scenario, { seed, mutation }: { seed: number; mutation: Mutation }) {
    this.scenario = scenario
    this.#dice = new Dice(seed)
    this.#mutation = mutation
    this.vendors = { crm: new FakeVendor(this.clock), desk: new FakeVendor(this.clock) }
    for (const name of NAMES) this.vendors[name].add(...(scenario.records[name] ?? []))
    scenario.behave?.(this.vendors)
  }

  report = (violation: string): void => void this.violations.add(violation)

  process(name: string): Process {
    const actor = new Actor(name)
    const owned: Owned = new Map()
    const clock = new SkewedClock(this.clock)
    const ports = this.#ports({ actor, owned, clock })
    return {
      actor,
      owned,
      clock,
      ports,
      engine: { ports, host: createEffectHost(ports) },
      queue: gatedQueue(this.queue, actor),
      outside: this.#outside(actor),
    }
  }

  #ports({ actor, owned, clock }: Pick<Process, 'actor' | 'owned' | 'clock'>): Ports {
    const random = seededIds(this.#dice)
    const ports: Ports = {
      store: gatedStore(this.store, { actor, owned, report: this.report }),
      clock,
      random,
      vault: plainVault(random),
      accounts: testAccounts(NAMES.map((name) => this.#account(name, { actor, clock }))),
      policies: POLICIES[this.scenario.keepsInvoices === true ? 'keeping' : 'plain'],
      parcels: this.files.parcels,
      archives: this.files.archives,
      signer: { sign: (statement) => signRecord(statement, KEY), signEvent: () => Promise.resolve(new Uint8Array()) },
      events: { emit: () => undefined },
      leaseMs: 30 * SECOND,
    }
    return this.#mutation.ports?.(ports, actor.name) ?? ports
  }

  #account(name: AccountName, { actor, clock }: Pick<Process, 'actor' | 'clock'>): Account {
    const pause = async (when: 'before' | 'after'): Promise<void> => {
      await actor.gate(when === 'before' ? 'before call' : 'after call')
    }
    const connector = fakeConnector(this.vendors[name], { pause })
    const effects = this.scenario.effects?.[name] ?? 'live'
    const account = testAccount({ id: name, connector, clock, effects, wave: name === 'crm' ? 0 : 1 })
    return this.#mutation.account?.(account) ?? account
  }

  #outside(actor: Actor): Outside {
    const send = async (requestId: string | null, name: string): Promise<DeliveryOutcome> => {
      if ((await actor.gate('before message')) === 'refused') return { kind: 'retry', waitMs: undefined }
      this.received.set(requestId ?? '', [...(this.received.get(requestId ?? '') ?? []), name])
      const fate = await actor.gate('after message')
      return fate === 'lost' ? { kind: 'retry', waitMs: undefined } : { kind: 'delivered' }
    }
    return {
      sendEvent: (row) => send(row.requestId, textOf(row.body.name)),
      sendNotice: (row) => send(row.requestId, `notice ${textOf(row.body.about)}`),
      retryAfterMs: [MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE],
    }
  }
}

const EXEMPTION = { accountId: accountId('desk'), part: 'invoice', law: 'BE CIR92 Art. 315', keepYears: 7 }
const RULES = { erasure: { coolingOffMs: DAY }, access: { approval: 'auto' } } as const
const POLICIES = {
  plain: testPolicies({ byRight: RULES }),
  keeping: testPolicies({ byRight: RULES, exemptions: [EXEMPTION] }),
}

function gatedQueue(queue: MemoryQueue, actor: Actor): JobQueue {
  return {
    addFlow: async (parent, children) => {
      await passQueue(actor)
      await queue.addFlow(parent, children)
    },
    add: async (job) => {
      await passQueue(actor)
      await queue.add(job)
    },
    close: () => queue.close(),
  }
}

async function passQueue(actor: Actor): Promise<void> {
  if ((await actor.gate('before queue')) === 'refused') throw new DsrError('QUEUE_UNREACHABLE', 'the queue is away')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
