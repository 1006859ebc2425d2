import { hexOf } from '../crypto/bytes.ts'
import { sha256 } from '../crypto/platform.ts'
import type { LogFiles } from './append.ts'
import { checkpointPath, type Cosignature } from './checkpoint.ts'
import { createCompletenessAudit, type CompletenessAudit, type RequestAudit } from './completeness.ts'
import { documentPath, leafKindOf, openDocument } from './document.ts'
import { Fault, type Invalid, invalidOf } from './fault.ts'
import { type Leaf, LEAF_KINDS, type LeafKind } from './leaf.ts'
import { notProvenByLog, type NotProven } from './not-proven.ts'
import { auditTree } from './tree-audit.ts'
import type { TreeHead } from './tree.ts'
import type { LedgerTrust } from './trust.ts'
import { openTrustedCheckpoint, type TrustedCheckpoint } from './verify-proof.ts'

/** The files of a whole log: read by path, and listed by prefix (`tile/`, `checkpoints/`) in any order. */
export interface LogFolder extends LogFiles {
  list(prefix: string): AsyncIterable<string>
}

export interface LogAuditOptions {
  readonly trust: LedgerTrust
  /** RFC 3339 in UTC: what is unanswered at this instant is open or overdue. */
  readonly nowText: string
  /** `all` reads every document; `none` looks at tiles and checkpoints only, and says nothing of requests. */
  readonly documents: 'all' | 'none'
  /** Documents of entries before this index may be missing: their time is over. 0 unless the retention rule says otherwise. */
  readonly documentsFrom?: number
  /** Digests of receipts or records whose holders want to know that they were logged. */
  readonly expected?: readonly string[]
}

export interface LogAudit {
  readonly kind: 'valid'
  readonly origin: string
  readonly head: TreeHead
  readonly checkpoints: number
  readonly kinds: Readonly<Record<LeafKind, number>>
  readonly documents: { readonly checked: number; readonly missing: number }
  readonly requests: readonly RequestAudit[]
  readonly cosignatures: readonly Cosignature[]
  readonly isAnchored: boolean
  readonly notProven: readonly NotProven[]
}

/**
 * Judges a whole log: every checkpoint that it keeps, every tile, every entry, every document, and that every request that was
 * received has an end or is open. Reads through `folder` alone.
 */
export async function verifyLog(folder: LogFolder, options: LogAuditOptions): Promise<LogAudit | Invalid> {
  try {
    return await audit(folder, options)
  } catch (error) {
    return invalidOf(error)
  }
}

async function audit(folder: LogFolder, options: LogAuditOptions): Promise<LogAudit> {
  const checkpoints = await readCheckpoints(folder, options.trust)
  const newest = checkpoints.at(-1) ?? noCheckpoint()
  const tally = createTally(options.documentsFrom ?? 0)
  const expected = new Set(options.expected ?? [])
  const heads = checkpoints.map(({ checkpoint }) => checkpoint)
  const paths = await collect(folder.list('tile/'))
  for await (const { index, leaf } of auditTree({ files: folder, heads, paths })) {
    tally.kinds[leaf.kind]++
    expected.delete(leaf.record_sha256)
    if (options.documents === 'all') await checkDocument(folder, { index, leaf, options, tally })
  }
  if (expected.size > 0)
    throw new Fault('RECEIPT_NOT_LOGGED', 'the log has no entry for a receipt or record that was shown')
  return reportOf(newest, { checkpoints: checkpoints.length, tally, options })
}

interface Tally {
  readonly kinds: Record<LeafKind, number>
  readonly completeness: CompletenessAudit
  checked: number
  missing: number
}

function createTally(documentsFrom: number): Tally {
  return {
    kinds: Object.fromEntries(LEAF_KINDS.map((kind) => [kind, 0])) as Record<LeafKind, number>,
    completeness: createCompletenessAudit(documentsFrom === 0),
    checked: 0,
    missing: 0,
  }
}

function reportOf(
  newest: TrustedCheckpoint,
  { checkpoints, tally, options }: { checkpoints: number; tally: Tally; options: LogAuditOptions },
): LogAudit {
  const { checkpoint, cosignatures } = newest
  const isDated = cosignatures.length > 0
  return {
    kind: 'valid',
    origin: checkpoint.origin,
    head: { size: checkpoint.size, root: checkpoint.root },
    checkpoints,
    kinds: tally.kinds,
    documents: { checked: tally.checked, missing: tally.missing },
    requests: tally.completeness.finish(options.nowText),
    cosignatures,
    isAnchored: isDated || options.trust.anchors === 'none',
    notProven: notProvenByLog({ isDated, isPruned: tally.missing > 0 }),
  }
}

/**
 * All checkpoints in ascending order of size. `checkpoint` is a copy that is repaired forward, so it may be older than the
 * largest that is kept, never different from one of the same size.
 */
async function readCheckpoints(folder: LogFolder, trust: LedgerTrust): Promise<TrustedCheckpoint[]> {
  const bySize = new Map<number, TrustedCheckpoint>()
  const kept = (await collect(folder.list('checkpoints/'))).sort()
  for (const path of [...kept, 'checkpoint']) {
    const bytes = await folder.read(path)
    if (bytes === undefined) continue
    const opened = openTrustedCheckpoint(bytes, trust)
    const { size, origin, root } = opened.checkpoint
    if (path !== 'checkpoint' && path !== checkpointPath(size))
      throw new Fault('FILE_UNEXPECTED', `${path} holds a checkpoint of another size`)
    const other = bySize.get(size) ?? [...bySize.values()][0]
    if (other && (other.checkpoint.origin !== origin || isOther(other.checkpoint, { size, root })))
      throw new Fault('CHECKPOINT_CONTRADICTED', `${path} contradicts another checkpoint`)
    bySize.set(size, opened)
  }
  return [...bySize.values()].sort((a, b) => a.checkpoint.size - b.checkpoint.size)
}

function isOther(known: TreeHead, head: TreeHead): boolean {
  return known.size === head.size && hexOf(known.root) !== hexOf(head.root)
}

async function checkDocument(
  folder: LogFolder,
  { index, leaf, options, tally }: { index: number; leaf: Leaf; options: LogAuditOptions; tally: Tally },
): Promise<void> {
  const file = await folder.read(documentPath(leaf.record_sha256))
  if (file === undefined) {
    if (index >= (options.documentsFrom ?? 0))
      throw new Fault('DOCUMENT_MISSING', `entry ${index}: its document is not kept`)
    tally.missing++
    return
  }
  if (hexOf(sha256(file)) !== leaf.record_sha256)
    throw new Fault('DOCUMENT_WRONG', `entry ${index}: the file is not the one that was logged`)
  const opened = openDocument(file, options.trust.recordKeys)
  if (opened.kind === 'invalid') throw new Fault(opened.code, `entry ${index}: ${opened.reason}`)
  if (leafKindOf(opened.document) !== leaf.kind)
    throw new Fault(
      'DOCUMENT_WRONG',
      `entry ${index}: logged as ${leaf.kind}, and it is ${leafKindOf(opened.document)}`,
    )
  tally.checked++
  tally.completeness.add(index, opened.document)
}

async function collect(paths: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const path of paths) all.push(path)
  return all
}

function noCheckpoint(): never {
  throw new Fault('CHECKPOINT_MISSING', 'there is no checkpoint')
}
