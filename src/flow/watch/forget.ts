import { isFinal, REQUEST_TABLE } from '../../domain/request.ts'
import { statesOf } from '../../domain/state-table.ts'
import type { RequestId } from '../../domain/ids.ts'
import { instantText } from '../../ledger/shape.ts'
import type { ParcelRow, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { writeJournal } from '../../stages/common/journal.ts'
import { logEvent } from '../../stages/common/leaf.ts'
import { KEY_KEPT_MS } from '../../stages/common/key-kept.ts'

const ROWS_A_TURN = 50
/** A backup of the database that still holds a destroyed key is to be gone by then (docs/operations.md). */
const BACKUP_KEPT_MS = 35 * 24 * 3600_000
/** Stands where the id of the wrapping key stood. */
const DESTROYED = 'destroyed'

const FINAL = statesOf(REQUEST_TABLE).filter(isFinal)

/**
 * The orchestrator forgets too (design §10.6): parcels once the archive stands, archives after their date, and in the end the
 * request's key with everything under it. Records and proofs stay: without the key they are codes and commitments.
 */
export async function forget(ports: Ports): Promise<number> {
  return (await forgetParcels(ports)) + (await forgetArchives(ports)) + (await forgetRequests(ports))
}

async function forgetParcels(ports: Ports): Promise<number> {
  let forgotten = 0
  let afterId: string | undefined
  for (;;) {
    const page = await parcelPage(ports, afterId)
    for (const parcel of page.needless) {
      // An attempt that died may have left one that no row names.
      await ports.parcels.deleteAll(parcel.requestId)
      await ports.store.transact(async (tx) => tx.parcel.delete({ id: parcel.id }))
    }
    forgotten += page.needless.length
    afterId = page.lastId
    if (afterId === undefined || forgotten >= ROWS_A_TURN) return forgotten
  }
}

/** Some parcels in the order of their ids: those of requests that are answered or over are needed no more. */
async function parcelPage(
  ports: Ports,
  afterId: string | undefined,
): Promise<{ readonly needless: readonly ParcelRow[]; readonly lastId: string | undefined }> {
  return ports.store.transact(async (tx) => {
    const some = await tx.parcel.find({}, { limit: ROWS_A_TURN, ...(afterId !== undefined && { afterId }) })
    const requests = await tx.request.find({ id: { in: some.map((row) => row.requestId) } })
    const over = new Set(requests.filter((row) => row.state === 'answered' || isFinal(row.state)).map((row) => row.id))
    return { needless: some.filter((row) => over.has(row.requestId)), lastId: some.at(-1)?.id }
  })
}

async function forgetArchives(ports: Ports): Promise<number> {
  const now = ports.clock.nowMs()
  const expired = await ports.store.transact(async (tx) =>
    tx.seal.find({ archiveExpiresAtMs: { atMost: now } }, { limit: ROWS_A_TURN }),
  )
  for (const seal of expired) {
    await ports.archives.deleteAll(seal.requestId)
    await ports.store.transact(async (tx) => {
      await tx.seal.update(seal.id, { archiveKey: null, archiveExpiresAtMs: null })
      await writeJournal(ports, tx, {
        requestId: seal.requestId,
        kind: 'archive.forgotten',
        detail: { generation: seal.generation },
      })
    })
  }
  return expired.length
}

async function forgetRequests(ports: Ports): Promise<number> {
  const now = ports.clock.nowMs()
  let forgotten = 0
  for (const state of FINAL) {
    const keptMs = KEY_KEPT_MS[state as keyof typeof KEY_KEPT_MS]
    const old = await ports.store.transact(async (tx) =>
      tx.request.find(
        { state, closedAtMs: { atMost: now - keptMs }, masterKeyId: { not: DESTROYED } },
        { limit: ROWS_A_TURN },
      ),
    )
    for (const request of old) await shred(ports, request.id)
    forgotten += old.length
  }
  return forgotten
}

async function shred(ports: Ports, id: RequestId): Promise<void> {
  if (await ports.store.transact(async (tx) => isNeeded(tx, id))) return
  await ports.parcels.deleteAll(id)
  await ports.archives.deleteAll(id)
  await ports.store.transact(async (tx) => {
    const request = await tx.request.lock(id)
    if (!request || (await isNeeded(tx, id))) return
    await tx.identifier.delete({ requestId: id })
    await tx.record.delete({ requestId: id })
    await tx.plan.delete({ requestId: id })
    await tx.effect.delete({ requestId: id })
    await tx.idempotency.delete({ requestId: id })
    await tx.archiveLink.delete({ requestId: id })
    await logShredding(ports, tx, request)
    // The wrapped key is overwritten: from here on nothing sealed under it can be opened, wherever a copy lies.
    await tx.request.update(id, {
      wrappedKey: new Uint8Array(),
      masterKeyId: DESTROYED,
      sealedIntake: null,
      externalReference: null,
      callbackUrl: null,
    })
    await writeJournal(ports, tx, { requestId: id, kind: 'request.forgotten' })
  })
}

async function logShredding(ports: Ports, tx: Tx, request: RequestRow): Promise<void> {
  const now = ports.clock.nowMs()
  const facts = {
    kid: ports.vault.open(request).kid,
    shredded_at: instantText(now, 'shredded_at'),
    backups_gone_at: instantText(now + BACKUP_KEPT_MS, 'backups_gone_at'),
  }
  await logEvent(ports, tx, { request, kind: 'key_shredded', facts })
}

/** A look that was promised or ordered needs the key. */
async function isNeeded(tx: Tx, id: RequestId): Promise<boolean> {
  return (await tx.recheck.count({ requestId: id, state: { not: 'done' } })) > 0
}
