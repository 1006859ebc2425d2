import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Pool } from 'pg'
import { createArchives } from '../src/adapters/archive/archives.ts'
import { createParcels } from '../src/adapters/archive/parcels.ts'
import { systemClock } from '../src/adapters/clock.ts'
import { createDirectoryStore } from '../src/adapters/objects/directory.ts'
import { createPool } from '../src/adapters/postgres/pool.ts'
import { createStore } from '../src/adapters/postgres/store.ts'
import { createQueue, type QueueAdapter } from '../src/adapters/queue/index.ts'
import { systemRandom } from '../src/adapters/random.ts'
import { createSigner } from '../src/adapters/signer.ts'
import { createVault } from '../src/adapters/vault.ts'
import { newSigningKey } from '../src/crypto/signature.ts'
import { connectorId, type RequestId } from '../src/domain/ids.ts'
import type { JobWorkers } from '../src/ports/queue.ts'
import type { Ports } from '../src/ports/runtime.ts'
import type { Store } from '../src/ports/store.ts'
import { createEffectHost } from '../src/flow/effect-host.ts'
import { receiveRequest } from '../src/stages/intake.ts'
import { testAccount, testAccounts } from '../test/kit/sim/accounts.ts'
import { testPolicies } from '../test/kit/sim/policies.ts'
import { intakeForm } from '../test/kit/sim/rig.ts'
import { startWorkers, WORKER_KINDS, type RunningWorkers } from '../workers/main.ts'
import { InstantVendor } from './instant-vendor.ts'
import { MASTER_KEY, type Services } from './services.ts'

export const ACCOUNTS = ['instant-crm', 'instant-mail'] as const
/** As in the product: what startWorkers and createPool use when nothing else is said. */
export const CONCURRENCY = 10
const MOST_AN_HOUR = 9000
/** Calls of the portal that are under way at once. */
const INTAKES = 10

export interface RigOptions {
  readonly services: Services
  readonly databaseUrl: string
  readonly approval: 'auto' | 'person'
  readonly wrap?: {
    readonly pool: (pool: Pool) => void
    readonly store: (store: Store) => Store
    readonly workers: (workers: JobWorkers) => JobWorkers
  }
}

/** Habeas in one process on real PostgreSQL and Redis; only the vendors are instant. */
export class Rig {
  readonly pool: Pool
  readonly #ports: Ports
  readonly #queue: QueueAdapter
  readonly #workers: RunningWorkers
  readonly #sealed = new Set<string>()
  readonly #vendors: readonly InstantVendor[]

  private constructor(parts: {
    pool: Pool
    ports: Ports
    queue: QueueAdapter
    workers: RunningWorkers
    vendors: readonly InstantVendor[]
    sealed: Set<string>
  }) {
    this.pool = parts.pool
    this.#ports = parts.ports
    this.#queue = parts.queue
    this.#workers = parts.workers
    this.#vendors = parts.vendors
    this.#sealed = parts.sealed
  }

  static async open({ services, databaseUrl, approval, wrap }: RigOptions): Promise<Rig> {
    const clock = systemClock()
    const pool = createPool({ databaseUrl })
    wrap?.pool(pool)
    const store = createStore({ pool })
    const vendors = ACCOUNTS.map((id) => new InstantVendor(id))
    const accounts = vendors.map(({ connector }) => testAccount({ id: connector.manifest.id, connector, clock }))
    const objects = createDirectoryStore({ directory: path.join(services.directory, 'objects'), clock })
    const sealed = new Set<string>()
    const ports: Ports = {
      store: wrap ? wrap.store(store) : store,
      clock,
      random: systemRandom,
      vault: createVault({ masterKey: MASTER_KEY, lookupKey: MASTER_KEY }),
      accounts: testAccounts(accounts),
      // The hourly cap would hold back what is to be measured.
      policies: testPolicies({ byRight: { erasure: { approval, coolingOffMs: 0, maxPerHour: MOST_AN_HOUR } } }),
      parcels: createParcels(objects),
      archives: createArchives({ objects, clock }),
      signer: createSigner(newSigningKey()),
      events: {
        emit: (name, facts) => {
          if (name === 'request.sealed' && typeof facts.requestId === 'string') sealed.add(facts.requestId)
        },
      },
      leaseMs: 30_000,
    }
    const queue = await openQueue(services.redisUrl)
    const workers = await startWorkers({
      engine: { ports, host: createEffectHost(ports) },
      queue: queue.queue,
      workers: wrap ? wrap.workers(queue.workers) : queue.workers,
      outside: NOBODY,
      kinds: WORKER_KINDS,
      connectors: ACCOUNTS,
      onError: fail,
    })
    return new Rig({ pool, ports, queue, workers, vendors, sealed })
  }

  /** Hands in so many erasures and waits until each is sealed, answered and closed. */
  async run(count: number): Promise<void> {
    const before = this.#sealed.size
    await this.#receive(count)
    while (this.#sealed.size < before + count) await pause(5)
    while ((await this.#countOf('closed')) < before + count) await pause(5)
    if (this.#vendors.some((vendor) => vendor.size > 0)) throw new Error('a vendor still holds something')
  }

  /** Hands in one erasure and waits until its plan waits for a person and nothing is left to be announced. */
  async runToApproval(): Promise<RequestId> {
    const [id] = await this.#receive(1)
    if (id === undefined) throw new Error('no request was made')
    while ((await this.#countOf('awaiting_approval')) === 0 || (await this.#isAnyUnpublished())) await pause(5)
    return id
  }

  async close(): Promise<void> {
    await this.#workers.stop(10_000)
    await this.#queue.close()
    await this.pool.end()
  }

  async #receive(count: number): Promise<readonly RequestId[]> {
    const ids: RequestId[] = []
    let next = 0
    const portal = async () => {
      while (next < count) {
        next += 1
        const person = randomBytes(8).toString('hex')
        for (const [at, vendor] of this.#vendors.entries()) vendor.plant(`${person}@example.com`, `${at}${person}`)
        const { request } = await receiveRequest(this.#ports, intakeForm(`${person}@example.com`))
        ids.push(request.id)
      }
    }
    await Promise.all(Array.from({ length: INTAKES }, portal))
    return ids
  }

  async #isAnyUnpublished(): Promise<boolean> {
    const { rows } = await this.pool.query('select 1 from app.outbox where published_at_db_ms is null limit 1')
    return rows.length > 0
  }

  async #countOf(state: string): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      'select count(*)::int as count from app.request where state = $1 and controller_id = $2',
      [state, 'cooperlink'],
    )
    return rows[0]?.count ?? 0
  }
}

const NOBODY = {
  sendEvent: () => Promise.resolve({ kind: 'delivered' } as const),
  sendNotice: () => Promise.resolve({ kind: 'delivered' } as const),
  retryAfterMs: [],
}

function openQueue(url: string): Promise<QueueAdapter> {
  const connectorIds = ACCOUNTS.map((id) => connectorId(id))
  // Queues of its own, so that nothing of an earlier round is left in them.
  const prefix = `{bench-${randomBytes(4).toString('hex')}}`
  return createQueue({ backend: 'redis', url, connectorIds, onError: (error) => fail('queue', error), prefix })
}

function fail(worker: string, error: unknown): never {
  console.error(worker, error)
  process.exit(1)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
