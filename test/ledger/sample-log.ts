import { sha256Hex } from '../../src/crypto/digest.ts'
import { newSigningKey, type SigningKey, trustedKeyOf } from '../../src/crypto/signature.ts'
import { appendEntries, EMPTY_EDGE, type LogEdge } from '../../src/ledger/append.ts'
import { checkpointPath, signCheckpoint } from '../../src/ledger/checkpoint.ts'
import { documentPath } from '../../src/ledger/document.ts'
import { type EventFacts, type EventKind, type LedgerEvent, signEvent } from '../../src/ledger/event.ts'
import { leafBytes, type LeafKind } from '../../src/ledger/leaf.ts'
import { noteKey, type NoteKey } from '../../src/ledger/note.ts'
import { proofFileBytes } from '../../src/ledger/proof-file.ts'
import { proveEntry } from '../../src/ledger/prove.ts'
import { buildStatement, type RecordFacts, signRecord } from '../../src/ledger/record.ts'
import { localSigner } from '../../src/ledger/signer.ts'
import { type LedgerTrust, trustInKeys } from '../../src/ledger/trust.ts'
import type { LogFolder } from '../../src/ledger/verify-log.ts'
import { erasure } from './record-facts.ts'

export const ORIGIN = 'ledger.example.com/t/5b0f3c'
const DAY_MS = 86_400_000
export const FIRST_MS = Date.UTC(2026, 10, 2, 9, 30)
export const text = (ms: number) => new Date(ms).toISOString()

/** A folder of files in memory. */
export class Folder implements LogFolder {
  readonly files = new Map<string, Uint8Array>()

  read(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.files.get(path))
  }

  async *list(prefix: string): AsyncGenerator<string> {
    for (const path of await Promise.resolve([...this.files.keys()])) if (path.startsWith(prefix)) yield path
  }

  copy(): Folder {
    const copy = new Folder()
    for (const [path, bytes] of this.files) copy.files.set(path, bytes)
    return copy
  }
}

/** A ledger of invented requests, made as a sequencer makes it. */
export class SampleLog {
  readonly folder = new Folder()
  readonly recordKey: SigningKey = newSigningKey()
  readonly logSigningKey: SigningKey = newSigningKey()
  readonly logKey: NoteKey = noteKey('log', ORIGIN, localSigner(this.logSigningKey).publicKey)
  edge: LogEdge = EMPTY_EDGE
  checkpoint = new Uint8Array(0)
  readonly documents: Uint8Array[] = []
  private pending: Uint8Array[] = []
  private nonce = 0

  get trust(): LedgerTrust {
    return { ...trustInKeys([this.logKey], [trustedKeyOf(this.recordKey)]), anchors: 'none' }
  }

  async event<K extends EventKind>(
    kind: K,
    { request, atMs, facts }: { request?: string; atMs: number; facts: EventFacts[K] },
  ): Promise<Uint8Array> {
    const nonce = sha256Hex(`nonce ${this.nonce++}`)
    const common = { v: 1, kind, controller: 'cooperlink', at: text(atMs), nonce, ...(request && { request }) }
    // The facts are those of the kind, which the compiler cannot follow through a generic.
    const file = await signEvent({ ...common, ...facts } as unknown as LedgerEvent, localSigner(this.recordKey))
    return this.log(kind, file)
  }

  record(kind: LeafKind, facts: RecordFacts): Uint8Array {
    const made = buildStatement({ ...facts, nonce: sha256Hex(`nonce ${this.nonce++}`) })
    return this.log(kind, Buffer.from(signRecord(made, this.recordKey)))
  }

  log(kind: LeafKind, file: Uint8Array): Uint8Array {
    const digest = sha256Hex(file)
    this.folder.files.set(documentPath(digest), file)
    this.pending.push(leafBytes({ kind, record_sha256: digest }))
    this.documents.push(file)
    return file
  }

  /** Appends what was logged since, and signs. */
  async sequence(): Promise<void> {
    const { edge, head, files } = appendEntries(this.edge, this.pending)
    this.pending = []
    this.edge = edge
    for (const { path, bytes } of files) this.folder.files.set(path, bytes)
    this.checkpoint = Uint8Array.from(
      await signCheckpoint({ origin: ORIGIN, ...head }, [
        { key: this.logKey, signer: localSigner(this.logSigningKey) },
      ]),
    )
    this.folder.files.set('checkpoint', this.checkpoint)
    this.folder.files.set(checkpointPath(head.size), this.checkpoint)
  }

  async proofOf(index: number): Promise<Uint8Array> {
    const hashes = await proveEntry(this.folder, { index, size: this.edge.frontier.size })
    return proofFileBytes({ extra: this.documents[index]!, index, hashes, checkpoint: this.checkpoint })
  }

  async receive(
    request: string,
    { atMs, dueMs = atMs + 30 * DAY_MS }: { atMs: number; dueMs?: number },
  ): Promise<Uint8Array> {
    const facts = {
      action: 'erasure',
      received_at: text(atMs),
      due_at: text(dueMs),
      rule_set: 'eu-1182-71-be',
      subject_commitments: [],
    } as const
    return this.event('received', { request, atMs, facts })
  }

  async answer(request: string, atMs: number): Promise<Uint8Array> {
    const facts = { channel: 'callback', result: 'delivered', answered_at: text(atMs) }
    return this.event('answered', { request, atMs, facts })
  }
}

export function requestIdOf(count: number): string {
  return `2f1c7a52-9d0e-4a57-8f3a-${count.toString(16).padStart(12, '0')}`
}

/** The erasure of `record-facts.ts`, moved to another request and day. */
export function erasureOf(request: string, receivedMs: number): RecordFacts {
  const by = receivedMs - erasure.receivedAtMs
  return {
    ...erasure,
    requestId: request,
    receivedAtMs: receivedMs,
    sealedAtMs: erasure.sealedAtMs + by,
    clock: { ...erasure.clock, dueAtMs: erasure.clock.dueAtMs + by },
    approval: { ...erasure.approval!, atMs: erasure.approval!.atMs + by },
    legs: erasure.legs.map((leg) => ({
      ...leg,
      control: { ...leg.control!, atMs: leg.control!.atMs + by },
      readbacks: leg.readbacks.map((look) => ({ ...look, atMs: look.atMs + by })),
      ...(leg.firstAtMs !== undefined && { firstAtMs: leg.firstAtMs + by }),
      ...(leg.lastAtMs !== undefined && { lastAtMs: leg.lastAtMs + by }),
    })),
  }
}

/** A log of so many entries without records, which is made fast. */
export async function eventLog(entries: number, cuts: readonly number[] = []): Promise<SampleLog> {
  const log = new SampleLog()
  for (let count = 0; count < entries; count++) {
    await log.receive(requestIdOf(count), { atMs: FIRST_MS + count })
    if (cuts.includes(count + 1)) await log.sequence()
  }
  if (log.edge.frontier.size < entries) await log.sequence()
  return log
}

/** A log of exactly so many entries: a request is received, completed and answered, then the next. Cuts: sizes that get a checkpoint. */
export async function sampleLog(entries: number, cuts: readonly number[] = []): Promise<SampleLog> {
  const log = new SampleLog()
  for (let count = 0; count < entries; count++) {
    const request = requestIdOf(Math.floor(count / 3))
    const receivedMs = FIRST_MS + Math.floor(count / 3) * 60_000
    if (count % 3 === 0) await log.receive(request, { atMs: receivedMs })
    else if (count % 3 === 1) log.record('completed', erasureOf(request, receivedMs))
    else await log.answer(request, receivedMs + 2 * DAY_MS)
    if (cuts.includes(count + 1)) await log.sequence()
  }
  if (log.edge.frontier.size < entries) await log.sequence()
  return log
}
