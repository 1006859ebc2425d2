import type { DecideOrder } from '../../ports/commands.ts'
import type { RecordRow, RequestRow } from '../../ports/rows.ts'
import type { Ports, RequestVault } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { findAll } from '../../ports/find-all.ts'
import { keepIdentifier } from './keep-record.ts'
import { identifierDigest, openLearned, openRecord, parentDigest } from './sealed.ts'

interface Decided {
  readonly request: RequestRow
  readonly row: RecordRow
  readonly decision: DecideOrder['decisions'][number]
}

/** Writes down what a person decided about a candidate, and what follows from it. */
export async function keepDecision(ports: Ports, tx: Tx, { request, row, decision }: Decided): Promise<void> {
  const vault = ports.vault.open(request)
  const patch = { decision: decision.decision, law: decision.law, untilMs: decision.untilMs }
  await tx.record.update(row.id, patch)
  if (decision.decision === 'not_subject') await takeAlong(tx, vault, row)
  else await learnFrom(ports, tx, { request, row, vault })
}

/** Somebody else's record takes what hangs on it along: a stranger's notes are not asked about one by one. */
async function takeAlong(tx: Tx, vault: RequestVault, row: RecordRow): Promise<void> {
  const parentRefDigest = parentDigest(vault, openRecord(vault, row).ref)
  const children = await findAll(tx.record, { legId: row.legId, parentRefDigest, isCertain: false, decision: null })
  for (const child of children) await tx.record.update(child.id, { decision: 'not_subject' })
}

/** What the person's own record reveals is theirs too: the next round searches by it. */
async function learnFrom(
  ports: Ports,
  tx: Tx,
  { request, row, vault }: { request: RequestRow; row: RecordRow; vault: RequestVault },
): Promise<void> {
  for (const identifier of openLearned(vault, row)) {
    await keepIdentifier(tx, {
      id: ports.random.uuid(),
      requestId: request.id,
      kind: identifier.kind,
      digest: identifierDigest(vault, identifier),
      lookupDigest: null,
      sealedValue: vault.seal(identifier.value, 'identifier'),
      source: 'decision',
      legId: row.legId,
      isCertain: true,
      reason: null,
      round: request.round + 1,
      planVersion: null,
    })
  }
}
