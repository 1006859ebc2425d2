import { createHash } from 'node:crypto'
import { newSigningKey, trustedKeyOf } from '../src/crypto/signature.ts'
import { appendEntries, EMPTY_EDGE, type LogEdge } from '../src/ledger/append.ts'
import { checkpointPath, signCheckpoint } from '../src/ledger/checkpoint.ts'
import { leafBytes } from '../src/ledger/leaf.ts'
import { noteKey, type NoteKey } from '../src/ledger/note.ts'
import { proofFileBytes } from '../src/ledger/proof-file.ts'
import { proveEntry } from '../src/ledger/prove.ts'
import { localSigner } from '../src/ledger/signer.ts'
import { trustInKeys } from '../src/ledger/trust.ts'
import { type LogFolder, verifyLog } from '../src/ledger/verify-log.ts'
import { figuresOf, type Line, text } from './figures.ts'

const ORIGIN = 'ledger.example.com/t/bench'
const ENTRIES = 70_000
/** A day of a busy log between two checkpoints. */
const BATCH = 200
/** Its way to the root is as long as any. */
const MIDDLE = 34_567
const DOCUMENT = Buffer.from('{}')

interface BenchLog {
  readonly folder: LogFolder
  readonly key: NoteKey
  readonly checkpoint: Uint8Array
  /** Milliseconds for each batch. */
  readonly batchMs: readonly number[]
}

/** The pure parts of the ledger: the audit of a long log, the size of a proof, and whether appending stays as cheap as it began. */
export async function measureLedger({ rounds }: { readonly rounds: number }): Promise<Line[]> {
  const log = await makeLog()
  const audits: number[] = []
  for (let round = 0; round < rounds; round++) audits.push(await auditSeconds(log))
  const hashes = await proveEntry(log.folder, { index: MIDDLE, size: ENTRIES })
  const proof = proofFileBytes({ extra: DOCUMENT, index: MIDDLE, hashes, checkpoint: log.checkpoint })
  const proofBytes = proof.byteLength - DOCUMENT.toString('base64').length
  const growth = meanOf(log.batchMs.slice(-50)) / meanOf(log.batchMs.slice(50, 100))
  const audit = figuresOf(audits)
  return [
    {
      what: `audit of ${ENTRIES} entries and ${ENTRIES / BATCH} checkpoints, without documents`,
      result: `${text(audit, 2)} s`,
      target: '≤ 2 s',
      isMet: audit.median <= 2,
    },
    {
      what: 'proof beside its document',
      result: `${proofBytes} bytes`,
      target: '≤ 1126 bytes',
      isMet: proofBytes <= 1126,
    },
    {
      what: `appending ${BATCH} entries at ${ENTRIES} against the beginning`,
      result: `${growth.toFixed(2)} times`,
      target: '≤ 1.5 times',
      isMet: growth <= 1.5,
    },
  ]
}

async function makeLog(): Promise<BenchLog> {
  const signing = newSigningKey()
  const signer = localSigner(signing)
  const key = noteKey('log', ORIGIN, signer.publicKey)
  const files = new Map<string, Uint8Array>()
  const batchMs: number[] = []
  let edge: LogEdge = EMPTY_EDGE
  let checkpoint: Uint8Array = new Uint8Array(0)
  for (let from = 0; from < ENTRIES; from += BATCH) {
    const entries = Array.from({ length: BATCH }, (_, at) => entryOf(from + at))
    const startMs = performance.now()
    const next = appendEntries(edge, entries)
    checkpoint = await signCheckpoint({ origin: ORIGIN, ...next.head }, [{ key, signer }])
    batchMs.push(performance.now() - startMs)
    edge = next.edge
    for (const { path, bytes } of next.files) files.set(path, bytes)
    files.set(checkpointPath(next.head.size), checkpoint)
  }
  files.set('checkpoint', checkpoint)
  return { folder: folderOf(files), key, checkpoint, batchMs }
}

async function auditSeconds({ folder, key }: BenchLog): Promise<number> {
  const trust = trustInKeys([key], [trustedKeyOf(newSigningKey())])
  const startMs = performance.now()
  const verdict = await verifyLog(folder, { trust, nowText: '', documents: 'none' })
  if (verdict.kind === 'invalid') throw new Error(verdict.code)
  return (performance.now() - startMs) / 1000
}

function entryOf(index: number): Uint8Array {
  return leafBytes({ kind: 'received', record_sha256: createHash('sha256').update(String(index)).digest('hex') })
}

function folderOf(files: ReadonlyMap<string, Uint8Array>): LogFolder {
  return {
    read: (path) => Promise.resolve(files.get(path)),
    async *list(prefix) {
      for (const path of await Promise.resolve([...files.keys()])) if (path.startsWith(prefix)) yield path
    },
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length
}
