import { canonicalBytes } from '../crypto/canonical.ts'
import { sha256Hex } from '../crypto/digest.ts'
import { DsrError } from '../domain/errors.ts'
import { hasPath } from '../domain/redaction.ts'
import type { JsonValue } from '../domain/json.ts'
import type { CopyOrder, OpenCopy, Order, RedactOrder, RestoreOrder, WantedRedaction } from '../ports/commands.ts'
import type { RedactionRow } from '../ports/review-rows.ts'
import type { LegRow, ParcelRow, RequestRow } from '../ports/rows.ts'
import type { ParcelReader, Ports, RequestVault } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { findAll } from '../ports/find-all.ts'
import { writeJournal } from '../stages/common/journal.ts'
import { openRedaction } from '../stages/common/redactions.ts'
import { signedBy } from '../stages/common/signed-by.ts'

const MOST_AT_ONCE = 500

/** What a reviewer looks through, and takes out of, before a copy goes to the person. */
export function createCopyCommands(ports: Ports) {
  return {
    openCopy: async (order: CopyOrder) => openCopy(ports, order),
    redact: async (order: RedactOrder) => redact(ports, order),
    restore: async (order: RestoreOrder) => restore(ports, order),
  }
}

interface CopyRows {
  readonly request: RequestRow
  readonly legs: readonly LegRow[]
  readonly parcels: readonly ParcelRow[]
  readonly redactions: readonly RedactionRow[]
}

/** @throws DsrError `COPY_CHANGED` unless the copy is still the one that the reviewer saw. */
export async function requireSameCopy(tx: Tx, request: RequestRow, copyHash: string | undefined): Promise<void> {
  if (copyHash !== undefined && hashOf(await rowsOf(tx, request)) !== copyHash)
    throw new DsrError('COPY_CHANGED', 'the copy is not the one that was read', { field: 'copy_hash' })
}

async function rowsOf(tx: Tx, request: RequestRow): Promise<CopyRows> {
  return {
    request,
    legs: await tx.leg.find({ requestId: request.id, generation: 0 }, { orderBy: ['accountId'] }),
    parcels: await tx.parcel.find({ requestId: request.id }),
    redactions: await findAll(tx.redaction, { requestId: request.id }),
  }
}

/** Names exactly what would go out now. */
function hashOf({ parcels, redactions }: CopyRows): string {
  const taken = redactions.map((one) =>
    [one.parcelId, one.part, one.kind, one.position, one.pathDigest, one.reason].join('/'),
  )
  const copy: JsonValue = { parcels: parcels.map((one) => one.sha256).sort(), redactions: taken.sort() }
  return sha256Hex(canonicalBytes(copy))
}

function requireReview(request: RequestRow | undefined): RequestRow {
  if (!request) throw new DsrError('NOT_FOUND', 'no such request')
  if (request.state !== 'awaiting_review') throw new DsrError('ILLEGAL_TRANSITION', 'no review is asked')
  return request
}

async function openCopy(ports: Ports, order: CopyOrder): Promise<OpenCopy> {
  const rows = await ports.store.transact(async (tx) => {
    const request = requireReview(await tx.request.get(order.requestId))
    await writeJournal(ports, tx, {
      requestId: request.id,
      actor: order.actor,
      kind: 'copy.viewed',
      detail: { ...order.what },
    })
    return rowsOf(tx, request)
  })
  const vault = ports.vault.open(rows.request)
  const systems: OpenCopy['systems'][number][] = []
  for (const leg of rows.legs) {
    const parcel = rows.parcels.find((one) => one.legId === leg.id)
    if (!parcel) continue
    const own = rows.redactions.filter((one) => one.parcelId === parcel.id)
    systems.push({
      leg,
      counts: parcel.counts,
      reader: await ports.parcels.read(vault, parcel),
      redactions: own.map((row) => ({ id: row.id, ...openRedaction(vault, row) })),
    })
  }
  return { request: rows.request, hash: hashOf(rows), systems }
}

async function redact(ports: Ports, order: RedactOrder): Promise<RequestRow> {
  if (order.redactions.length > MOST_AT_ONCE)
    throw new DsrError('LIMIT_REACHED', `at most ${MOST_AT_ONCE} at once`, { field: 'redactions' })
  const rows = await ports.store.transact(async (tx) =>
    rowsOf(tx, requireReview(await tx.request.get(order.requestId))),
  )
  const vault = ports.vault.open(rows.request)
  const wanted = await checked(ports, { rows, vault, order })
  return ports.store.transact(async (tx) => {
    const request = requireReview(await tx.request.lock(order.requestId))
    for (const { one, parcel } of wanted) await tx.redaction.insertNew(rowOf(ports, { one, parcel, vault, order }))
    for (const [legId, some] of Map.groupBy(wanted, ({ one }) => one.legId)) {
      await writeJournal(ports, tx, {
        requestId: request.id,
        legId,
        ...signedBy(ports, request, order),
        kind: 'copy.redacted',
        detail: { count: some.length, why: order.why, parts: [...new Set(some.map(({ one }) => one.part))] },
      })
    }
    return request
  })
}

interface Checked {
  readonly one: WantedRedaction
  readonly parcel: ParcelRow
}

/** Each leads to something in the copy: one that leads nowhere would hide nothing and look as if it did. */
async function checked(
  ports: Ports,
  { rows, vault, order }: { readonly rows: CopyRows; readonly vault: RequestVault; readonly order: RedactOrder },
): Promise<readonly Checked[]> {
  const found: Checked[] = []
  for (const [legId, wanted] of Map.groupBy(order.redactions, (one) => one.legId)) {
    const parcel = rows.parcels.find((one) => one.legId === legId)
    const reader = parcel && (await ports.parcels.read(vault, parcel))
    if (!parcel || !reader) throw nowhere('leg_id')
    for (const [part, some] of Map.groupBy(wanted, (one) => one.part)) await requirePlaces(reader, part, some)
    found.push(...wanted.map((one) => ({ one, parcel })))
  }
  return found
}

async function requirePlaces(reader: ParcelReader, part: string, wanted: readonly WantedRedaction[]): Promise<void> {
  const files = [...reader.attachments(part)].length
  for (const { position } of wanted.filter(({ kind }) => kind === 'attachment'))
    if (position >= files) throw nowhere('position')
  const inRecords = wanted.filter(({ kind }) => kind !== 'attachment')
  if (inRecords.some(({ position }) => position >= reader.count(part))) throw nowhere('position')
  const last = Math.max(-1, ...inRecords.map(({ position }) => position))
  let at = 0
  for await (const record of reader.records(part)) {
    if (at > last) return
    if (inRecords.some((one) => one.position === at && !hasPath(record, one.path))) throw nowhere('path')
    at += 1
  }
}

function nowhere(field: string): DsrError {
  return new DsrError('FIELD_INVALID', 'there is no such place in the copy', { field })
}

interface RowSource extends Checked {
  readonly vault: RequestVault
  readonly order: RedactOrder
}

function rowOf(ports: Ports, { one, parcel, vault, order }: RowSource): RedactionRow {
  const isField = one.kind === 'field'
  return {
    id: ports.random.uuid(),
    requestId: order.requestId,
    legId: one.legId,
    parcelId: parcel.id,
    part: one.part,
    kind: one.kind,
    position: one.position,
    pathDigest: isField ? vault.digest('redaction', one.path) : '',
    sealedPath: isField ? vault.seal(one.path, 'redaction') : null,
    reason: order.why,
    by: order.actor,
    atMs: ports.clock.nowMs(),
  }
}

async function restore(ports: Ports, order: RestoreOrder): Promise<RequestRow> {
  return ports.store.transact(async (tx) => {
    const request = requireReview(await tx.request.lock(order.requestId))
    const rows = await tx.redaction.find({ requestId: request.id, id: { in: order.redactionIds } })
    if (rows.length === 0) return request
    await tx.redaction.delete({ requestId: request.id, id: { in: rows.map((row) => row.id) } })
    await writeJournal(ports, tx, {
      requestId: request.id,
      ...signedBy(ports, request, order satisfies Order),
      kind: 'copy.restored',
      detail: { count: rows.length, parts: [...new Set(rows.map((row) => row.part))] },
    })
    return request
  })
}
