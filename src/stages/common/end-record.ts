import { canonicalBytes } from '../../crypto/canonical.ts'
import { sha256Hex } from '../../crypto/digest.ts'
import { PROVISION } from '../../domain/right.ts'
import { buildStatement, recordDigest } from '../../ledger/record.ts'
import type { RequestRow, SealRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { findAll } from '../../ports/find-all.ts'
import { evidenceOf } from './evidence.ts'
import { logRecord } from './leaf.ts'
import { RULE_SET } from './rule-set.ts'
import { openIdentifier } from './sealed.ts'

/**
 * Signs what a refused or withdrawn request leaves: that it came, when, and that nothing was changed or handed out for it. In the transaction
 * that ends it, so that no request ends without a record.
 */
export async function sealEnd(
  ports: Ports,
  tx: Tx,
  {
    request,
    result,
    keyKeptMs,
  }: { readonly request: RequestRow; readonly result: 'refused' | 'withdrawn'; readonly keyKeptMs: number },
): Promise<void> {
  const vault = ports.vault.open(request)
  const identifiers = await tx.identifier.find({ requestId: request.id, isCertain: true }, { orderBy: ['digest'] })
  const opened = identifiers.map((row) => openIdentifier(vault, row))
  const evidence = evidenceOf(request, await findAll(tx.journal, { requestId: request.id }))
  const now = Math.max(ports.clock.nowMs(), request.receivedAtMs)
  const check = request.identityCheck
  const envelope = ports.signer.sign(
    buildStatement({
      requestId: request.id,
      sequence: 1,
      controllerId: request.controllerId,
      action: request.right,
      legalBasis: PROVISION[request.right],
      receivedAtMs: request.receivedAtMs,
      sealedAtMs: now,
      clock: { ruleSet: RULE_SET, dueAtMs: request.dueAtMs },
      identityCheck: { method: check?.method ?? 'none', result: check ? 'verified' : 'not_required' },
      nonce: vault.digest('nonce', '0'),
      policyHash: ports.policies.of(request.controllerId).hash,
      ...(request.planHash !== null && { planHash: request.planHash }),
      ...{ result, legs: [], exceptions: [], depth: [], archives: [], recheckAtMs: [] },
      subjectCommitments: opened.map((one) => vault.commitment(one)),
      sealed: vault.sealForRecord({ identifiers: opened.map(({ kind, value }) => ({ kind, value })) }, 1),
      evidenceSha256: sha256Hex(canonicalBytes(evidence)),
      forgets: { requestKeyAtMs: now + keyKeptMs },
    }),
  )
  const seal: SealRow = {
    ...{ id: ports.random.uuid(), requestId: request.id, generation: 0, envelope, sealedAtMs: now },
    recordSha256: recordDigest(envelope),
    sealedEvidence: vault.seal(evidence, 'evidence'),
    ...{ archiveKey: null, archiveSha256: null, archiveBytes: null, archiveExpiresAtMs: null },
  }
  if (!(await tx.seal.insertNew(seal))) return
  await logRecord(ports, tx, { request, kind: result, recordSha256: seal.recordSha256 })
}
