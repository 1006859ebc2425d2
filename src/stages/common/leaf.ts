import { hexOf } from '../../crypto/bytes.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { EventFacts, EventKind, RecordKind } from '../../ledger/event.ts'
import type { LeafKind } from '../../ledger/leaf.ts'
import { instantText } from '../../ledger/shape.ts'
import type { LeafRow, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'

/**
 * Entries for the controller's log, written in the transaction of the change that they speak of; the sequencer signs and appends them.
 * What is committed here cannot be left out of the log, and what is not committed is never in it.
 */

/** Logs an event of a request. Its nonce is decided here, so that the file of the event is always the same. */
export async function logEvent<Kind extends EventKind>(
  ports: Ports,
  tx: Tx,
  { request, kind, facts }: { readonly request: RequestRow; readonly kind: Kind; readonly facts: EventFacts[Kind] },
): Promise<void> {
  await tx.leaf.insert(
    leafRow(ports, {
      controllerId: request.controllerId,
      requestId: request.id,
      kind,
      recordSha256: null,
      body: eventBody(ports, { controller: request.controllerId, request: request.id, kind, facts }),
    }),
  )
}

/** Logs a signed record of a request by the digest of its file. */
export async function logRecord(
  ports: Ports,
  tx: Tx,
  {
    request,
    kind,
    recordSha256,
  }: { readonly request: RequestRow; readonly kind: RecordKind; readonly recordSha256: string },
): Promise<void> {
  const { controllerId, id: requestId } = request
  await tx.leaf.insert(leafRow(ports, { controllerId, requestId, kind, recordSha256, body: {} }))
}

/** The event as the sequencer signs it (`LedgerEvent`). `request` is absent for what concerns the controller alone. */
export function eventBody(
  ports: Ports,
  of: { readonly controller: string; readonly request?: string; readonly kind: LeafKind; readonly facts: object },
): JsonObject {
  return {
    v: 1,
    kind: of.kind,
    controller: of.controller,
    ...(of.request !== undefined && { request: of.request }),
    at: instantText(ports.clock.nowMs(), 'at'),
    nonce: hexOf(ports.random.bytes(32)),
    ...of.facts,
  }
}

export function leafRow(
  ports: Ports,
  of: Pick<LeafRow, 'controllerId' | 'requestId' | 'recordSha256' | 'body'> & { readonly kind: LeafKind },
): LeafRow {
  return {
    ...{ id: ports.random.uuid(), seq: 0, ...of },
    ...{ createdAtMs: ports.clock.nowMs(), sequencedAtMs: null, logIndex: null },
  }
}
