import { localSigner, noteKey, type LogFile } from '../../src/ledger/index.ts'
import { newSigningKey, trustedKeyOf } from '../../src/crypto/signature.ts'
import { createSigner } from '../../src/adapters/signer.ts'
import { DsrError } from '../../src/domain/errors.ts'
import { trustInKeys, verifyLog, type LedgerTrust, type LogAudit } from '../../src/ledger/index.ts'
import type { Invalid } from '../../src/ledger/fault.ts'
import type { Sequencer } from '../../src/flow/sequencer.ts'
import type { LedgerFolder, LedgerPorts } from '../../src/ports/ledger.ts'
import type { Ports } from '../../src/ports/runtime.ts'
import { CONTROLLER } from '../kit/sim/policies.ts'
import { Rig } from '../kit/sim/rig.ts'

const RECORD_KEY = newSigningKey()
const LOG_KEY = newSigningKey()
const ORIGIN = 'habeas.example/ledger/cooperlink'
const logSigner = localSigner(LOG_KEY)
export const LOG_NOTE_KEY = noteKey('log', ORIGIN, logSigner.publicKey)

/** What becomes of one call to the objects or the database. */
export type Fate = 'done' | 'crash_before' | 'crash_after' | 'lost_answer'

/** A process died at this call. */
export class Crash extends Error {}

/** One controller's log over a map of files: create-only, and every call may end as `fate` says. */
export class LogWorld {
  readonly rig = new Rig()
  readonly files = new Map<string, Uint8Array>()
  /** Decides about each call, by its name; the world lets all pass by default. */
  fate: (call: string) => Fate = () => 'done'
  readonly ports: Ports
  readonly ledger: LedgerPorts
  readonly trust: LedgerTrust = trustInKeys([LOG_NOTE_KEY], [trustedKeyOf(RECORD_KEY)])

  constructor() {
    this.ports = { ...this.rig.ports, signer: createSigner(RECORD_KEY) }
    const store = this.ports.store
    const guarded: Ports = {
      ...this.ports,
      store: { transact: async (work) => this.#call('database', () => store.transact(work)) },
    }
    this.ports = guarded
    this.ledger = {
      folder: () => this.folder,
      originOf: () => ORIGIN,
      signers: () => Promise.resolve([{ key: LOG_NOTE_KEY, signer: logSigner }]),
      trustRoot: () => Promise.resolve(new TextEncoder().encode('root')),
    }
  }

  readonly folder: LedgerFolder = {
    read: async (path) => this.#call('read', () => Promise.resolve(this.files.get(path))),
    list: (prefix) => this.#list(prefix),
    create: async (file) => this.#call('create', () => this.#create(file)),
    publish: async (bytes) => this.#call('publish', () => this.#set('checkpoint', bytes)),
    remove: async (path) => this.#call('remove', () => this.#delete(path)),
  }

  newSequencer(): Sequencer {
    return { ports: this.ports, ledger: this.ledger, longest: new Map() }
  }

  /** So many events of a request, as the stages would have left them. */
  async write(count: number): Promise<void> {
    for (let at = 0; at < count; at += 1)
      await this.rig.receive(`person-${this.rig.store.rows('leaf').length}@example.com`)
  }

  async audit(): Promise<LogAudit | Invalid> {
    const folder = {
      read: (path: string) => Promise.resolve(this.files.get(path)),
      list: (prefix: string) => this.#paths(prefix),
    }
    return verifyLog(folder, {
      trust: { ...this.trust, anchors: 'none' },
      nowText: '2027-01-01T00:00:00.000Z',
      documents: 'all',
    })
  }

  /** Every leaf that has a place, by its place. */
  places(): readonly (readonly [number, string])[] {
    return this.rig.store
      .rows('leaf')
      .filter((leaf) => leaf.controllerId === CONTROLLER && leaf.logIndex !== null)
      .map((leaf) => [leaf.logIndex ?? -1, leaf.recordSha256 ?? ''] as const)
      .sort(([a], [b]) => a - b)
  }

  #set(path: string, bytes: Uint8Array): Promise<void> {
    this.files.set(path, bytes)
    return Promise.resolve()
  }

  #delete(path: string): Promise<void> {
    this.files.delete(path)
    return Promise.resolve()
  }

  async #create({ path, bytes }: LogFile): Promise<void> {
    const known = this.files.get(path)
    if (known && !Buffer.from(known).equals(bytes)) throw new DsrError('ARCHIVE_CONFLICT', 'other bytes are there')
    await this.#set(path, bytes)
  }

  async *#list(prefix: string): AsyncGenerator<string> {
    const paths = await this.#call('list', () => Promise.resolve([...this.files.keys()]))
    yield* paths.filter((path) => path.startsWith(prefix))
  }

  async *#paths(prefix: string): AsyncGenerator<string> {
    for (const path of this.files.keys()) if (path.startsWith(prefix)) yield await Promise.resolve(path)
  }

  async #call<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const fate = this.fate(name)
    if (fate === 'crash_before') throw new Crash(name)
    const result = await work()
    if (fate === 'crash_after') throw new Crash(name)
    if (fate === 'lost_answer')
      throw new DsrError(
        name === 'database' ? 'DATABASE_UNREACHABLE' : 'OBJECT_STORE_UNREACHABLE',
        'the answer was lost',
      )
    return result
  }
}
