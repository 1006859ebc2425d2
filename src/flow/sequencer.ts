import { bytesOfHex, hexOf } from '../crypto/bytes.ts'
import { sha256Hex } from '../crypto/digest.ts'
import { isDsrError, DsrError } from '../domain/errors.ts'
import type { ControllerId } from '../domain/ids.ts'
import { appendEntries, EMPTY_EDGE, headOf, readEdge, type LogEdge, type LogFile } from '../ledger/append.ts'
import { checkpointPath, signCheckpoint } from '../ledger/checkpoint.ts'
import { documentPath } from '../ledger/document.ts'
import { isRecordKind } from '../ledger/event.ts'
import { leafBytes, LEAF_KINDS, type LeafKind } from '../ledger/leaf.ts'
import { rootPath } from '../ledger/root-file.ts'
import { readStaging, stagingBytes, stagingPath } from '../ledger/staging.ts'
import type { LedgerFolder, LedgerPorts } from '../ports/ledger.ts'
import type { LedgerRow } from '../ports/ledger-row.ts'
import type { LeafRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'

/** At most so many entries a turn: staging is one object, and stays small. */
const ENTRIES_A_TURN = 1000
const FILES_AT_ONCE = 32

export interface Sequencer {
  readonly ports: Ports
  readonly ledger: LedgerPorts
  /** The longest that this process has seen each log; empty at its start. */
  readonly longest: Map<ControllerId, number>
}

/**
 * One turn for every controller whose log has something to do. Any process may take it, several at once: the row of the log decides,
 * and who loses has lost a turn. In Sunlight's order: finish what the row names (files, then checkpoint) → read what was written since →
 * stage → move the row, with the entries' places, in one transaction → next turn.
 *
 * @returns how many entries were appended.
 * @throws what went wrong with the first log that failed, after all others had their turn.
 */
export async function sequencerTurn(sequencer: Sequencer): Promise<number> {
  let appended = 0
  const failures: unknown[] = []
  for (const controllerId of sequencer.ports.policies.controllers()) {
    try {
      appended += await turnOf(sequencer, controllerId)
    } catch (error) {
      // One controller's log must not hold up another's.
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return appended
}

async function turnOf(sequencer: Sequencer, controllerId: ControllerId): Promise<number> {
  const { ports } = sequencer
  const { row, leaves } = await ports.store.transact(async (tx) => ({
    row: await tx.ledger.get(controllerId),
    leaves: await tx.leaf.find({ controllerId, sequencedAtMs: null }, { orderBy: ['seq'], limit: ENTRIES_A_TURN }),
  }))
  if (row?.stoppedBy) return 0
  if (row?.isFinished !== false && leaves.length === 0) return 0
  try {
    const log = row ?? (await begin(sequencer, controllerId))
    if (!log.isFinished) await finish(sequencer, log)
    if (leaves.length === 0) return 0
    await requireNewest(sequencer, log)
    return await append(sequencer, { log: { ...log, isFinished: true }, leaves })
  } catch (error) {
    await stopOn(sequencer, controllerId, error)
    throw error
  }
}

async function begin({ ports, ledger }: Sequencer, controllerId: ControllerId): Promise<LedgerRow> {
  const empty = headOf(EMPTY_EDGE)
  const fresh: LedgerRow = {
    ...{ id: controllerId, origin: ledger.originOf(controllerId), size: 0, root: hexOf(empty.root) },
    ...{ checkpoint: new Uint8Array(), isFinished: true, stoppedBy: null, updatedAtMs: ports.clock.nowMs() },
  }
  await establishTrust(ledger, fresh)
  return ports.store.transact(async (tx) => {
    await tx.ledger.insertNew(fresh)
    return (await tx.ledger.get(controllerId)) ?? fresh
  })
}

/** The first `root.json`; of two processes that begin the log one writes it. */
async function establishTrust(ledger: LedgerPorts, { id, origin }: LedgerRow): Promise<void> {
  const folder = ledger.folder(id)
  if (await folder.read(rootPath(1))) return
  await stage(folder, { path: rootPath(1), bytes: await ledger.trustRoot(id, origin) })
}

/** Writes the files that the row's checkpoint needs, publishes it, and says so. Doing it twice writes the same bytes. */
async function finish({ ports, ledger }: Sequencer, log: LedgerRow): Promise<void> {
  const folder = ledger.folder(log.id)
  const staged = await folder.read(stagingPath({ size: log.size, root: rootOf(log) }))
  // Without its bundle the files are there already, or the log cannot be finished: `readEdge` tells which.
  if (staged) await createAll(folder, readStaging(staged).files)
  await readEdge(folder, { size: log.size, root: rootOf(log) })
  await folder.create({ path: checkpointPath(log.size), bytes: log.checkpoint })
  await publishForward(folder, log)
  await ports.store.transact(async (tx) => {
    const now = await tx.ledger.lock(log.id)
    if (now?.size === log.size) await tx.ledger.update(log.id, { isFinished: true })
  })
  await folder.remove(stagingPath({ size: log.size, root: rootOf(log) }))
}

/** A copy that is newer than the row it is copied from is left: another sequencer was faster. */
async function publishForward(folder: LedgerFolder, log: LedgerRow): Promise<void> {
  const shown = await folder.read('checkpoint')
  if (shown && sizeOf(shown) >= log.size) return
  await folder.publish(log.checkpoint)
}

/**
 * @throws DsrError `LEDGER_ROLLED_BACK` when the log was longer than its row says: a database was restored that lacks what others may hold
 *   proofs of.
 */
async function requireNewest({ ledger, longest }: Sequencer, log: LedgerRow): Promise<void> {
  const known = longest.get(log.id) ?? (await longestShown(ledger.folder(log.id)))
  if (known > log.size)
    throw new DsrError('LEDGER_ROLLED_BACK', 'the log was longer than the database says: an older one was restored')
  longest.set(log.id, log.size)
}

/** Looks through every checkpoint, so it is asked once in a process. */
async function longestShown(folder: LedgerFolder): Promise<number> {
  let longest = 0
  for await (const path of folder.list('checkpoints/')) longest = Math.max(longest, Number(path.split('/').at(-1)))
  return longest
}

/** The slower chore: puts every published checkpoint right that a slow sequencer set back. @returns how many it mended. */
export async function repairCheckpoints({ ports, ledger }: Pick<Sequencer, 'ports' | 'ledger'>): Promise<number> {
  const rows = await ports.store.transact(async (tx) => tx.ledger.find({ isFinished: true, stoppedBy: null }))
  let mended = 0
  for (const row of rows.filter(({ size }) => size > 0)) {
    const folder = ledger.folder(row.id)
    const shown = await folder.read('checkpoint')
    if (shown && sizeOf(shown) >= row.size) continue
    await folder.publish(row.checkpoint)
    mended += 1
  }
  return mended
}

interface Turn {
  readonly log: LedgerRow
  readonly leaves: readonly LeafRow[]
}

async function append(sequencer: Sequencer, { log, leaves }: Turn): Promise<number> {
  const { ports, ledger } = sequencer
  const folder = ledger.folder(log.id)
  const edge: LogEdge = log.size === 0 ? EMPTY_EDGE : await readEdge(folder, { size: log.size, root: rootOf(log) })
  const documents = await Promise.all(leaves.map((leaf) => documentOf(sequencer, leaf)))
  await createAll(
    folder,
    documents.map(({ file }) => file),
  )
  const entries = documents.map(({ kind, sha256 }) => leafBytes({ kind, record_sha256: sha256 }))
  const { head, files } = appendEntries(edge, entries)
  const signers = await ledger.signers(log.id, log.origin)
  const checkpoint = await signCheckpoint({ origin: log.origin, ...head }, signers)
  if (!(await stage(folder, { path: stagingPath(head), bytes: stagingBytes({ checkpoint, files }) }))) return 0
  const next = {
    size: head.size,
    root: hexOf(head.root),
    checkpoint,
    isFinished: false,
    updatedAtMs: ports.clock.nowMs(),
  }
  const isOurs = await ports.store.transact(async (tx) => {
    const present = await tx.ledger.lock(log.id)
    // Another sequencer moved the log since it was read: its entries stand, these wait for the next turn.
    if (present?.size !== log.size || present.root !== log.root || !present.isFinished) return false
    for (const [at, leaf] of leaves.entries()) {
      await tx.leaf.update(leaf.id, {
        recordSha256: documents[at]?.sha256 ?? leaf.recordSha256,
        sequencedAtMs: next.updatedAtMs,
        logIndex: log.size + at,
      })
    }
    await tx.ledger.update(log.id, next)
    return true
  })
  if (!isOurs) return 0
  await finish(sequencer, { ...log, ...next })
  return leaves.length
}

async function createAll(folder: LedgerFolder, files: readonly LogFile[]): Promise<void> {
  for (let from = 0; from < files.length; from += FILES_AT_ONCE)
    await Promise.all(files.slice(from, from + FILES_AT_ONCE).map((file) => folder.create(file)))
}

/** A bundle of this name that is just being removed belongs to a sequencer that has finished this very size: the turn is lost. */
async function stage(folder: LedgerFolder, bundle: LogFile): Promise<boolean> {
  try {
    await folder.create(bundle)
    return true
  } catch (error) {
    if (isDsrError(error, 'ARCHIVE_CONFLICT')) return false
    throw error
  }
}

interface Documented {
  readonly kind: LeafKind
  readonly sha256: string
  readonly file: LogFile
}

async function documentOf({ ports }: Sequencer, leaf: LeafRow): Promise<Documented> {
  const kind = LEAF_KINDS.find((one) => one === leaf.kind)
  if (kind === undefined) throw new DsrError('INTERNAL', 'a leaf of no kind')
  const bytes = isRecordKind(kind) ? await recordFile(ports, leaf) : await ports.signer.signEvent(leaf.body)
  const sha256 = sha256Hex(bytes)
  if (leaf.recordSha256 !== null && leaf.recordSha256 !== sha256)
    throw new DsrError('LEDGER_CORRUPT', 'a record is not the one that its leaf names')
  return { kind, sha256, file: { path: documentPath(sha256), bytes } }
}

async function recordFile(ports: Ports, leaf: LeafRow): Promise<Uint8Array> {
  const { requestId, recordSha256 } = leaf
  if (requestId === null || recordSha256 === null) throw new DsrError('INTERNAL', 'a record of no request')
  const [seal] = await ports.store.transact(async (tx) => tx.seal.find({ requestId, recordSha256 }))
  if (!seal) throw new DsrError('LEDGER_CORRUPT', 'a record is gone that was to be logged')
  return seal.envelope
}

/** What no further turn can mend stands still until a person has looked, so that nothing is built on it. */
async function stopOn({ ports }: Sequencer, controllerId: ControllerId, error: unknown): Promise<void> {
  const stoppedBy = isDsrError(error, 'LEDGER_ROLLED_BACK')
    ? 'LEDGER_ROLLED_BACK'
    : isDsrError(error, 'LEDGER_CORRUPT') || isDsrError(error, 'ARCHIVE_CONFLICT')
      ? 'LEDGER_CORRUPT'
      : undefined
  if (stoppedBy === undefined) return
  await ports.store.transact(async (tx) => tx.ledger.update(controllerId, { stoppedBy }))
  ports.events.emit('ledger.stopped', { controllerId, code: stoppedBy })
}

function rootOf({ root }: LedgerRow): Uint8Array {
  const bytes = bytesOfHex(root)
  if (!bytes) throw new DsrError('LEDGER_CORRUPT', 'the row of the log has no root')
  return bytes
}

function sizeOf(checkpoint: Uint8Array): number {
  const [, size] = new TextDecoder().decode(checkpoint).split('\n')
  return Number(size ?? 0)
}
