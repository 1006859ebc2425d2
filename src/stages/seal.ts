import { canonicalBytes } from '../crypto/canonical.ts'
import { sha256Hex } from '../crypto/digest.ts'
import type { JsonObject } from '../domain/json.ts'
import { resultOf } from '../domain/outcome.ts'
import { isWritingRight, PROVISION } from '../domain/right.ts'
import type { EventFacts } from '../ledger/event.ts'
import { instantText } from '../ledger/shape.ts'
import { buildStatement, recordDigest, type LegFacts, type RecordFacts } from '../ledger/record.ts'
import type { RedactionRow } from '../ports/review-rows.ts'
import type { IdentifierRow, JournalRow, LegRow, ParcelRow, RecheckRow, RequestRow, SealRow } from '../ports/rows.ts'
import type { ArchiveFacts, Ports, RequestVault } from '../ports/runtime.ts'
import { findAll } from '../ports/find-all.ts'
import { evidenceOf } from './common/evidence.ts'
import { KEY_KEPT_MS } from './common/key-kept.ts'
import { writeJournal } from './common/journal.ts'
import { logEvent, logRecord } from './common/leaf.ts'
import { RULE_SET } from './common/rule-set.ts'
import { keepSuppressions } from './common/suppression.ts'
import { openIdentifier } from './common/sealed.ts'
import { openRedaction } from './common/redactions.ts'
import { orderedTimes, sealedAt } from './seal-times.ts'
import { withheldOf } from './seal-withheld.ts'

const DAY_MS = 24 * 3600_000
/** Delivered archives are kept so long (standards.md §4.1). */
export const ARCHIVE_KEPT_MS = 30 * DAY_MS

interface Ending {
  readonly request: RequestRow
  readonly generation: number
  readonly legs: readonly LegRow[]
  readonly identifiers: readonly IdentifierRow[]
  readonly journal: readonly JournalRow[]
  readonly parcels: readonly ParcelRow[]
  readonly rechecks: readonly RecheckRow[]
  readonly redactions: readonly RedactionRow[]
}

/**
 * Builds archive and completion record for a generation whose legs are all settled, and keeps them. Each attempt makes an archive
 * of its own; the unique row of (request, generation) picks the winner, and a loser's archive is deleted again.
 *
 * @returns the row that counts, whoever wrote it.
 */
export async function sealGeneration(ports: Ports, request: RequestRow, generation: number): Promise<SealRow> {
  const ending = await readEnding(ports, request, generation)
  const vault = ports.vault.open(request)
  const archive = await archiveOf(ports, ending, vault)
  const draft = draftSeal(ports, ending, { vault, archive })
  const { row, isOurs } = await ports.store.transact(async (tx) => {
    const [isNew, [kept]] = await Promise.all([
      tx.seal.insertNew(draft),
      tx.seal.find({ requestId: request.id, generation }),
    ])
    if (isNew) {
      await writeJournal(ports, tx, {
        requestId: request.id,
        kind: 'record.sealed',
        detail: { generation, record_sha256: draft.recordSha256 },
      })
      if (archive)
        await logEvent(ports, tx, { request, kind: 'export_sealed', facts: exportFacts(vault, archive, draft) })
      await logRecord(ports, tx, {
        request,
        kind: generation > 0 ? 'sequel' : 'completed',
        recordSha256: draft.recordSha256,
      })
      await keepSuppressions(ports, tx, ending)
      if (generation === 0) await tx.request.update(request.id, { result: endingResult(ending) })
    }
    return { row: kept ?? draft, isOurs: isNew }
  })
  if (!isOurs && archive && archive.objectKey !== row.archiveKey) await ports.archives.delete(archive.objectKey)
  // What an attempt left that died before its seal may hold what this one no longer does.
  if (isOurs && archive) await ports.archives.deleteOthers(request.id, archive.objectKey)
  ports.events.emit('request.sealed', { requestId: request.id, generation })
  return row
}

/** A bare digest of an archive would let anyone who has it be found out; a commitment tells only who holds the request's key. */
function exportFacts(vault: RequestVault, archive: ArchiveFacts, draft: SealRow): EventFacts['export_sealed'] {
  return {
    archive_commitment: vault.digest('archive', archive.sha256),
    byte_count: archive.zipBytes,
    deleted_at: instantText(draft.archiveExpiresAtMs ?? draft.sealedAtMs, 'at'),
  }
}

async function readEnding(ports: Ports, request: RequestRow, generation: number): Promise<Ending> {
  return ports.store.transact(async (tx) => {
    const [legs, identifiers, journal, parcels, rechecks, redactions] = await Promise.all([
      tx.leg.find({ requestId: request.id, generation }, { orderBy: ['accountId'] }),
      tx.identifier.find({ requestId: request.id, isCertain: true }, { orderBy: ['digest'] }),
      findAll(tx.journal, { requestId: request.id }),
      tx.parcel.find({ requestId: request.id }),
      tx.recheck.find({ requestId: request.id, state: 'due' }),
      findAll(tx.redaction, { requestId: request.id }),
    ])
    return { request, generation, legs, identifiers, journal, parcels, rechecks, redactions }
  })
}

async function archiveOf(ports: Ports, ending: Ending, vault: RequestVault): Promise<ArchiveFacts | undefined> {
  const { request, generation, legs, parcels } = ending
  if (isWritingRight(request.right) || generation > 0) return undefined
  const systems = legs.flatMap((leg) => {
    const account = ports.accounts.get(leg.accountId)
    const parcel = parcels.find((one) => one.legId === leg.id)
    const redactions = ending.redactions.filter((one) => one.parcelId === parcel?.id)
    return account ? [{ leg, account, parcel, redactions: redactions.map((row) => openRedaction(vault, row)) }] : []
  })
  const policy = ports.policies.of(request.controllerId)
  const withheld = withheldOf(ending)
  return ports.archives.build({ request, policy, vault, systems, withheld, attempt: ports.random.uuid() })
}

function endingResult({ legs }: Ending): 'completed' | 'completed_with_exceptions' {
  const result = resultOf(legs.flatMap((leg) => leg.parts.map((part) => part.outcome)))
  return result === 'completed' ? 'completed' : 'completed_with_exceptions'
}

function draftSeal(
  ports: Ports,
  ending: Ending,
  { vault, archive }: { vault: RequestVault; archive: ArchiveFacts | undefined },
): SealRow {
  const now = sealedAt(ports.clock.nowMs(), ending.request, ending.legs)
  const evidence = evidenceOf(ending.request, ending.journal)
  const facts = recordFacts(ports, ending, { vault, archive, evidence, now })
  const envelope = ports.signer.sign(buildStatement(facts))
  return {
    id: ports.random.uuid(),
    requestId: ending.request.id,
    generation: ending.generation,
    recordSha256: recordDigest(envelope),
    envelope,
    sealedEvidence: vault.seal(evidence, 'evidence'),
    archiveKey: archive?.objectKey ?? null,
    archiveSha256: archive?.sha256 ?? null,
    archiveBytes: archive?.zipBytes ?? null,
    sealedAtMs: now,
    archiveExpiresAtMs: archive ? now + ARCHIVE_KEPT_MS : null,
  }
}

interface Sealing {
  readonly vault: RequestVault
  readonly archive: ArchiveFacts | undefined
  readonly evidence: JsonObject
  readonly now: number
}

function recordFacts(ports: Ports, ending: Ending, { vault, archive, evidence, now }: Sealing): RecordFacts {
  const { request, generation, legs, identifiers, rechecks } = ending
  const opened = identifiers.map((row) => openIdentifier(vault, row))
  const recheckAtMs = rechecks.map((row) => row.dueAtMs).sort((a, b) => a - b)
  const lastRecheck = recheckAtMs.at(-1)
  const check = request.identityCheck
  const { approval } = request
  return {
    requestId: request.id,
    sequence: generation + 1,
    controllerId: request.controllerId,
    action: request.right,
    legalBasis: PROVISION[request.right],
    receivedAtMs: request.receivedAtMs,
    sealedAtMs: now,
    clock: { ruleSet: RULE_SET, dueAtMs: request.dueAtMs },
    identityCheck: identityFacts(check),
    // Decided by the request's key alone, so that every attempt at this seal has the same one.
    nonce: vault.digest('nonce', String(generation)),
    policyHash: ports.policies.of(request.controllerId).hash,
    ...(request.planHash !== null && { planHash: request.planHash }),
    ...(approval && { approval: { role: approval.by.role, by: approval.by.id, atMs: approval.atMs } }),
    result: endingResult(ending),
    legs: legs.map((leg) => legFacts(ports, { ...leg, ...orderedTimes(leg, request.receivedAtMs) })),
    exceptions: exceptionsOf(ending),
    withheld: archive ? withheldOf(ending) : [],
    depth: depthOf(ports, legs),
    subjectCommitments: opened.map((one) => vault.commitment(one)),
    sealed: vault.sealForRecord(
      { identifiers: opened.map((one) => ({ kind: one.kind, value: one.value })) },
      generation + 1,
    ),
    evidenceSha256: sha256Hex(canonicalBytes(evidence)),
    archives: archive ? [{ name: `dsr-${request.id}.zip`, sha256: archive.sha256 }] : [],
    recheckAtMs,
    ...(lastRecheck !== undefined && { capsuleUntilMs: lastRecheck }),
    forgets: {
      requestKeyAtMs: Math.max(now + KEY_KEPT_MS.closed, lastRecheck ?? 0),
      ...(archive && { archiveAtMs: now + ARCHIVE_KEPT_MS }),
    },
  }
}

function identityFacts(check: RequestRow['identityCheck']): RecordFacts['identityCheck'] {
  if (check === null) return { method: 'none', result: 'not_required' }
  const { method, level, assertedBy, atMs } = check
  return { method, result: 'verified', level, by: { role: assertedBy.role, id: assertedBy.id, atMs } }
}

function legFacts(ports: Ports, leg: LegRow): LegFacts {
  const account = ports.accounts.get(leg.accountId)
  const control = leg.readbacks.filter((one) => one.queryClass === 'control').at(-1)
  return {
    accountId: leg.accountId,
    connector: {
      id: leg.connectorId,
      name: account?.connector.manifest.title ?? leg.connectorId,
      version: account?.connector.manifest.version ?? 'unknown',
      manifestHash: account?.manifestHash ?? sha256Hex(''),
    },
    credentialAlias: account?.credentialAlias ?? 'unknown',
    state: leg.state,
    parts: leg.parts,
    ...(control && { control }),
    readbacks: leg.readbacks.filter((one) => one.queryClass !== 'control'),
    attempts: leg.attempts,
    ...(leg.firstAtMs !== null && { firstAtMs: leg.firstAtMs }),
    ...(leg.lastAtMs !== null && { lastAtMs: leg.lastAtMs }),
  }
}

function exceptionsOf({ legs, journal }: Ending): RecordFacts['exceptions'] {
  const byPlace = new Map(
    journal
      .filter((line) => line.kind === 'exception.explained')
      .map((line) => [`${line.legId ?? ''}/${typeof line.detail.part === 'string' ? line.detail.part : ''}`, line.id]),
  )
  return legs.flatMap((leg) =>
    leg.parts.flatMap((part) => {
      const entry = byPlace.get(`${leg.id}/${part.part}`)
      const isExplained = entry !== undefined && resultOf([part.outcome]) !== 'completed'
      return isExplained ? [{ accountId: leg.accountId, part: part.part, journalEntry: entry }] : []
    }),
  )
}

function depthOf(ports: Ports, legs: readonly LegRow[]): RecordFacts['depth'] {
  const byConnector = new Map(
    legs.map(({ accountId, connectorId }) => {
      // An account that is gone from the configuration reaches nowhere.
      const rows = ports.accounts.get(accountId)?.connector.manifest.depth ?? []
      return [connectorId, { connectorId, rows }] as const
    }),
  )
  return [...byConnector.values()]
}
