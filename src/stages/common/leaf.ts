import { canonicalBytes } from '../../crypto/canonical.ts'
import { sha256Hex } from '../../crypto/digest.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { LeafKind } from '../../ledger/leaf.ts'
import type { RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'

/**
 * Writes a leaf for the controller's log in the transaction of the change it speaks of. Kinds with a record file pass its
 * digest; for the others the small statement is made here, with a nonce so that its digest confirms no guess.
 */
export async function writeLeaf(
  ports: Ports,
  tx: Tx,
  {
    request,
    kind,
    recordSha256,
    facts,
  }: { request: RequestRow; kind: LeafKind; recordSha256?: string; facts?: JsonObject },
): Promise<void> {
  const now = ports.clock.nowMs()
  const body: JsonObject = {
    kind,
    request: request.id,
    at: new Date(now).toISOString(),
    nonce: Buffer.from(ports.random.bytes(32)).toString('hex'),
    ...facts,
  }
  await tx.leaf.insert({
    id: ports.random.uuid(),
    controllerId: request.controllerId,
    requestId: request.id,
    kind,
    recordSha256: recordSha256 ?? sha256Hex(canonicalBytes(body)),
    body,
    createdAtMs: now,
    sequencedAtMs: null,
  })
}
