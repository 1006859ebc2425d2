import type { FoundRecord } from '../../connector/contract.ts'
import { recordId } from '../../domain/ids.ts'
import type { IdentifierRow, RecordRow, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { exemptionFor } from './exemption.ts'
import type { Lease } from './lease.ts'
import { identifierDigest, parentDigest, refDigest, sealRecord } from './sealed.ts'

interface Keeping {
  readonly lease: Lease
  readonly record: FoundRecord
  /** The round that found it. */
  readonly round: number
  /** The record as an earlier look left it under an approved plan: it stays as sure, and decided, as it was. */
  readonly earlier?: RecordRow | undefined
}

/** Puts a found record into the vault, or refreshes it, and notes what it revealed for the next round. */
export async function keepRecord(ports: Ports, tx: Tx, of: Keeping): Promise<void> {
  const { lease, record, round, earlier } = of
  const { leg, request, vault } = lease
  const digest = refDigest(vault, record)
  const standing = earlier ? standingOf(earlier) : attributionOf(request, record)
  const row = { ...standing, round, sealedRecord: sealRecord(vault, record) }
  const isNew = await tx.record.insertNew({
    id: recordId(ports.random.uuid()),
    requestId: request.id,
    legId: leg.id,
    part: record.part,
    refDigest: digest,
    parentRefDigest: record.parentRef === undefined ? null : parentDigest(vault, record.parentRef),
    decision: null,
    law: null,
    untilMs: null,
    createdAtMs: record.createdAtMs ?? null,
    planVersion: null,
    ...exemptionFor(ports.policies.of(request.controllerId), {
      accountId: leg.accountId,
      right: request.right,
      record,
    }),
    ...row,
  })
  if (!isNew) {
    const [known] = await tx.record.find({ legId: leg.id, part: record.part, refDigest: digest })
    if (known) await tx.record.update(known.id, row)
  }
  await keepLearned(ports, tx, of)
}

function standingOf({ isCertain, reason, decision, law, untilMs }: RecordRow) {
  return { isCertain, reason, decision, law, untilMs }
}

/**
 * Only `certain` acts. A business record is the person's data, so access shows it; erasing it is for a person to decide.
 */
function attributionOf(
  request: RequestRow,
  record: FoundRecord,
): { isCertain: boolean; reason: null | Exclude<FoundRecord['attribution'], { kind: 'certain' }>['reason'] } {
  if (record.attribution.kind === 'certain') return { isCertain: true, reason: null }
  const reason = record.attribution.reason
  const isReading = request.right === 'access' || request.right === 'portability'
  return { isCertain: isReading && reason === 'business_record', reason }
}

async function keepLearned(ports: Ports, tx: Tx, { lease, record, round }: Keeping): Promise<void> {
  for (const learned of record.learned) {
    // What a candidate record reveals is no more certain than the record.
    const isCertain = learned.attribution.kind === 'certain' && record.attribution.kind === 'certain'
    await keepIdentifier(tx, {
      id: ports.random.uuid(),
      requestId: lease.request.id,
      kind: learned.kind,
      digest: identifierDigest(lease.vault, learned),
      lookupDigest: null,
      sealedValue: lease.vault.seal(learned.value, 'identifier'),
      source: 'vendor',
      legId: lease.leg.id,
      isCertain,
      reason: learned.attribution.kind === 'candidate' ? learned.attribution.reason : null,
      round: round + 1,
      planVersion: null,
    })
  }
}

/** Notes an identifier, or makes sure of one that was only supposed. */
export async function keepIdentifier(tx: Tx, row: IdentifierRow): Promise<void> {
  if (!(await tx.identifier.insertNew(row)) && row.isCertain) await makeCertain(tx, row)
}

/** A second source can make sure what a first one only supposed. */
async function makeCertain(tx: Tx, row: IdentifierRow): Promise<void> {
  const [known] = await tx.identifier.find({ requestId: row.requestId, kind: row.kind, digest: row.digest })
  if (known && !known.isCertain)
    await tx.identifier.update(known.id, { isCertain: true, reason: null, round: row.round })
}
