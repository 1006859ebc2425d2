import { createAccounts, type OpenAccounts } from '../../adapters/accounts/accounts.ts'
import { createPolicies } from '../../adapters/accounts/policies.ts'
import { createArchives } from '../../adapters/archive/archives.ts'
import { createParcels } from '../../adapters/archive/parcels.ts'
import { scaledClock, systemClock } from '../../adapters/clock.ts'
import { migrate } from '../../adapters/postgres/migrate.ts'
import { createPool } from '../../adapters/postgres/pool.ts'
import { createStore, type PostgresStore } from '../../adapters/postgres/store.ts'
import { migrateQueue, type QueueAdapter } from '../../adapters/queue/index.ts'
import { systemRandom } from '../../adapters/random.ts'
import { createSigner } from '../../adapters/signer.ts'
import { createVault } from '../../adapters/vault.ts'
import type { Clock } from '../../connector/contract.ts'
import { trustedKeyOf, type TrustedKey } from '../../crypto/signature.ts'
import type { Engine } from '../../effects/engine.ts'
import { logEvents, type Log } from '../../log.ts'
import type { Configuration, MasterKey, Settings } from '../../ports/config.ts'
import type { LedgerPorts } from '../../ports/ledger.ts'
import type { ObjectStore } from '../../ports/objects.ts'
import type { Events, Ports } from '../../ports/runtime.ts'
import { createEffectHost } from '../../flow/effect-host.ts'
import { connectors } from '../../../connectors/index.ts'
import { masterKeyChecks, openLedgerKeys, openLookupKey, requireMasterKey } from './keys.ts'
import { openLedger } from './ledger.ts'
import { openLimiter } from './limiter.ts'
import { openOutside, type OpenOutside } from './outside.ts'
import { openQueue } from './queue.ts'
import { openDatabase, openObjects, type Database } from './storage.ts'

const LEASE_MS = 30_000

export interface RuntimeOptions {
  readonly settings: Settings
  readonly configuration: Configuration
  readonly masterKey: MasterKey
  readonly log: Log
  /** An embedded database that need not survive a crash of the machine (the demo). */
  readonly isThrowAway?: boolean
  /** For tools: work beside the process that runs the embedded database. */
  readonly mayAttach?: boolean
  /** Where the sped-up clock agrees with the real one; only read when the configuration speeds it up. */
  readonly clockOriginMs?: number
  /** Runs by this clock instead of the configured one (the demo's, which the sandboxes share). */
  readonly clock?: Clock
  /** Told of every event besides the log. */
  readonly events?: Events
}

/** Everything that a process of Habeas is made of, opened in order and closed in reverse. */
export interface Runtime {
  readonly ports: Ports
  readonly engine: Engine
  readonly queue: QueueAdapter
  readonly outside: OpenOutside
  readonly accounts: OpenAccounts
  readonly objects: ObjectStore
  readonly database: Database
  readonly store: PostgresStore
  readonly clock: Clock
  readonly ledger: LedgerPorts
  /** Verifies the records that this installation signs. */
  readonly recordKey: TrustedKey
  close(): Promise<void>
}

/**
 * Opens database, queue, objects, keys and accounts for one process.
 *
 * @throws DsrError `SCHEMA_TOO_OLD`, `SCHEMA_TOO_NEW`, `MASTER_KEY_WRONG`, `DATABASE_UNREACHABLE`, `QUEUE_UNREACHABLE`.
 */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const closers: (() => Promise<void> | void)[] = []
  const closing = <One>(one: One, close: (one: One) => Promise<void> | void): One => {
    closers.unshift(() => close(one))
    return one
  }
  const close = async () => {
    for (const step of closers.splice(0)) await step()
  }
  try {
    return { ...(await open(options, closing)), close }
  } catch (error) {
    await close()
    throw error
  }
}

type Closing = <One>(one: One, close: (one: One) => Promise<void> | void) => One

async function open(options: RuntimeOptions, closing: Closing): Promise<Omit<Runtime, 'close'>> {
  const { settings, configuration, masterKey, log } = options
  const onError = (error: unknown) => log.warn({ err: error }, 'connection.failed')
  const clock = clockOf(options)
  const database = closing(
    await openDatabase(settings, { isThrowAway: options.isThrowAway ?? false, mayAttach: options.mayAttach ?? false }),
    (one) => one.stop(),
  )
  // Elsewhere `habeas migrate` is a step of its own; the embedded database has nobody else.
  if (database.isEmbedded) await migrateDatabase({ settings, databaseUrl: database.url, masterKey })
  const pool = closing(createPool({ databaseUrl: database.url }), (one) => one.end())
  const store = closing(createStore({ pool }), (one) => one.close())
  await store.assertSchema()
  await requireMasterKey(store, masterKey)
  const keys = await openLedgerKeys(store, masterKey)
  const lookupKey = await openLookupKey(store, masterKey)
  const limiter = closing(openLimiter(settings, { database: pool, clock, onError }), (one) => one.close())
  const accounts = closing(openAccounts(options, { limiter: limiter.store, clock }), (one) => one.close())
  const objects = closing(openObjects(settings, clock), (one) => one.close())
  const names = [...new Set(accounts.all().map((account) => account.connector.manifest.id))]
  const queue = closing(await openQueue(settings, { databaseUrl: database.url, connectors: names, onError }), (one) =>
    one.close(),
  )
  const outside = closing(openOutside({ settings, configuration, clock }), (one) => one.close())
  const ports: Ports = {
    store,
    clock,
    random: systemRandom,
    vault: createVault({ masterKey: masterKey.bytes, previous: masterKey.previous, lookupKey }),
    accounts,
    policies: createPolicies(configuration),
    parcels: createParcels(objects),
    archives: createArchives({ objects, clock }),
    signer: createSigner(keys.record),
    events: bothEvents(logEvents(log), options.events),
    leaseMs: LEASE_MS,
  }
  const engine = { ports, host: createEffectHost(ports) }
  const ledger = openLedger({ objects, clock, keys, publicUrl: settings.http.publicUrl })
  return {
    ports,
    engine,
    queue,
    outside,
    accounts,
    objects,
    database,
    store,
    clock,
    ledger,
    recordKey: trustedKeyOf(keys.record),
  }
}

function clockOf({ configuration, clockOriginMs, clock }: RuntimeOptions): Clock {
  if (clock) return clock
  const { speed } = configuration.clock
  const real = systemClock()
  return speed === 1 ? real : scaledClock({ originMs: clockOriginMs ?? real.nowMs(), factor: speed })
}

function openAccounts(
  { configuration, log }: RuntimeOptions,
  of: { limiter: Parameters<typeof createAccounts>[0]['limiter']; clock: Clock },
): OpenAccounts {
  return createAccounts({
    ...of,
    configuration,
    connectors: connectors.map((one) => one.connector),
    onCall: (call) => log.debug(call, 'vendor.called'),
  })
}

/** Brings the database up to date, with the queue's own tables when the queue lives there. */
export async function migrateDatabase(of: {
  settings: Settings
  databaseUrl: string
  masterKey: MasterKey
}): Promise<readonly string[]> {
  const report = await migrate({
    databaseUrl: of.databaseUrl,
    masterKeyChecks: masterKeyChecks(of.masterKey),
    ...(of.settings.redisUrl === undefined && { migrateQueue: () => migrateQueue(of.databaseUrl) }),
  })
  return report.applied
}

function bothEvents(first: Events, second: Events | undefined): Events {
  if (!second) return first
  return {
    emit: (name, facts) => {
      first.emit(name, facts)
      second.emit(name, facts)
    },
  }
}
