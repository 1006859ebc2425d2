import { canonicalBytes } from '../crypto/canonical.ts'
import { sha256Hex } from '../crypto/digest.ts'
import { identifierKey } from '../domain/identifier.ts'
import type { JsonObject, JsonValue } from '../domain/json.ts'
import { isWritingRight } from '../domain/right.ts'
import type { IdentifierRow, LegRow, RecordRow, RequestRow } from '../ports/rows.ts'
import type { Account, Ports, RequestVault } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { findAll } from '../ports/find-all.ts'
import { APPROVAL_VALID_MS, grantApproval } from './common/approval.ts'
import { writeJournal } from './common/journal.ts'
import { moveLeg, moveRequest } from './common/moves.ts'
import { announceNotice } from './common/outbox.ts'
import { openIdentifier, openRecord } from './common/sealed.ts'

/** A plan as approvers read it and as its hash covers it; references are personal data, so it is stored sealed. */
export interface MadePlan {
  readonly plan: JsonObject
  readonly hash: string
  /**
   * Records that will be acted on (not kept ones) at accounts whose effects are not read-only, and identifiers that these are acted on
   * by; what an approval in force covers already does not count.
   */
  readonly effective: number
  /** Accounts that nobody could search yet and that may hold something to be acted on. */
  readonly unsearched: number
}

/**
 * Makes the plan when discovery is over: lists accounts, verbs, references, exemptions, versions and policy. Its hash is what
 * gets approved. A dry run ends here; a policy that asks nobody approves at once, likewise a plan that changes nothing.
 */
export async function advancePlan(ports: Ports, tx: Tx, request: RequestRow): Promise<'moved'> {
  const { plan, hash, effective, unsearched } = await makePlan(ports, tx, request)
  const planned = await moveRequest(ports, tx, {
    request,
    event: 'planned',
    patch: {
      planVersion: request.planVersion + 1,
      planHash: hash,
      nextActionAtMs: ports.clock.nowMs() + APPROVAL_VALID_MS,
    },
    detail: { plan_hash: hash, version: request.planVersion + 1, acted_on: effective, accounts: accountCount(plan) },
  })
  if (request.mode === 'plan') {
    await endDryRun(ports, tx, planned)
    return 'moved'
  }
  const policy = ports.policies.of(request.controllerId)
  // A plan that is empty because nobody could look is no plan that changes nothing: a person reads it.
  const isHarmless = effective === 0 && (unsearched === 0 || !isWritingRight(request.right))
  if (policy.byRight[request.right].approval === 'auto' || isHarmless) {
    const by = { actor: { role: 'policy', id: policy.hash.slice(0, 16) } } as const
    await grantApproval(ports, tx, { request: planned, planHash: hash, by, isEffective: effective > 0 })
    return 'moved'
  }
  await announceNotice(ports, tx, { request, about: 'needs_approval', detail: { version: planned.planVersion } })
  return 'moved'
}

function accountCount(plan: JsonObject): number {
  return Array.isArray(plan.accounts) ? plan.accounts.length : 0
}

async function endDryRun(ports: Ports, tx: Tx, request: RequestRow): Promise<void> {
  for (const leg of await tx.leg.find({ requestId: request.id, generation: 0 })) {
    if (leg.state !== 'settled') await moveLeg(ports, tx, { leg, event: 'settle' })
  }
  await moveRequest(ports, tx, {
    request,
    event: 'dry_run_done',
    patch: { result: 'planned', closedAtMs: ports.clock.nowMs(), nextActionAtMs: null },
  })
}

/** Builds the next version of the plan from what discovery and people's decisions left, and stores it sealed. */
export async function makePlan(ports: Ports, tx: Tx, request: RequestRow): Promise<MadePlan> {
  const version = request.planVersion + 1
  const vault = ports.vault.open(request)
  const listed = await listIdentifiers(tx, { request, version })
  const accounts: JsonObject[] = []
  let effective = 0
  let unsearched = 0
  const found = await Promise.all(
    (await legsToPlan(tx, request)).map(async (leg) => ({ leg, records: await recordsToPlan(tx, leg) })),
  )
  for (const { leg, records } of found) {
    for (const row of records.filter((one) => one.planVersion === null))
      await tx.record.update(row.id, { planVersion: version })
    const account = ports.accounts.get(leg.accountId)
    accounts.push(accountPart(request, { leg, account, records, vault }))
    if (account?.effects === 'read_only') continue
    if (leg.state === 'parked' && leg.searchedAtMs === null) unsearched += 1
    effective += await newlyActedOn(tx, { request, leg, records, newIdentifiers: listed.uncovered })
  }
  const plan: JsonObject = {
    v: 1,
    request: request.id,
    right: request.right,
    version,
    policy_hash: ports.policies.of(request.controllerId).hash,
    identifiers: identifiersPart(listed.rows, vault),
    accounts,
    unsearched_identifiers: listed.rows.filter((row) => row.round > request.round).length,
  }
  const hash = sha256Hex(canonicalBytes(plan))
  await tx.plan.insert({
    id: ports.random.uuid(),
    requestId: request.id,
    version,
    hash,
    sealedPlan: vault.seal(plan, 'plan'),
    createdAtMs: ports.clock.nowMs(),
  })
  await writeJournal(ports, tx, { requestId: request.id, kind: 'plan.made', detail: { version, plan_hash: hash } })
  // Reading changes nothing at a vendor, whatever it finds.
  return { plan, hash, effective: isWritingRight(request.right) ? effective : 0, unsearched }
}

/** A plan speaks of the request's own look; once that was answered, of the look that is under way now. */
async function legsToPlan(tx: Tx, request: RequestRow): Promise<readonly LegRow[]> {
  const isAnswered = request.state === 'answered' || request.state === 'closed'
  const legs = await tx.leg.find({ requestId: request.id }, { orderBy: ['accountId'] })
  return legs.filter((leg) => (isAnswered ? leg.generation > 0 && leg.state !== 'settled' : leg.generation === 0))
}

interface ListedIdentifiers {
  readonly rows: readonly IdentifierRow[]
  /** How many of them no approval in force covers. */
  readonly uncovered: number
}

/** Systems that work by address are acted on by these, so the approver reads them and the hash covers them. */
async function listIdentifiers(
  tx: Tx,
  { request, version }: { readonly request: RequestRow; readonly version: number },
): Promise<ListedIdentifiers> {
  const rows = await findAll(tx.identifier, { requestId: request.id, isCertain: true })
  for (const row of rows.filter((one) => one.planVersion === null))
    await tx.identifier.update(row.id, { planVersion: version })
  const covered = request.approval?.planVersion ?? 0
  return { rows, uncovered: rows.filter((row) => (row.planVersion ?? version) > covered).length }
}

/** Certain records and those that a person or a rule decided on, as the last round found them. */
async function recordsToPlan(tx: Tx, leg: LegRow): Promise<readonly RecordRow[]> {
  const rows = await findAll(tx.record, { legId: leg.id, round: leg.round })
  return rows.filter((row) => row.decision !== 'not_subject' && (row.isCertain || row.decision !== null))
}

interface PlannedLeg {
  readonly request: RequestRow
  readonly leg: LegRow
  readonly records: readonly RecordRow[]
  readonly newIdentifiers: number
}

/** How much of what would be done at a leg no approval in force covers yet. */
async function newlyActedOn(tx: Tx, { request, leg, records, newIdentifiers }: PlannedLeg): Promise<number> {
  const covered = request.approval?.planVersion ?? 0
  const acted = records.filter((row) => row.decision !== 'retain')
  if (covered === 0 || acted.length === 0) return acted.length
  const legs = await tx.leg.find({ requestId: request.id, accountId: leg.accountId })
  const legId = { in: legs.map((one) => one.id) }
  const known = await findAll(tx.record, { legId, planVersion: { atMost: covered } })
  const digests = new Set(known.map((row) => row.refDigest))
  return acted.filter((row) => !digests.has(row.refDigest)).length + newIdentifiers
}

interface AccountSource {
  readonly leg: LegRow
  readonly account: Account | undefined
  readonly records: readonly RecordRow[]
  readonly vault: RequestVault
}

function accountPart(request: RequestRow, { leg, account, records, vault }: AccountSource): JsonObject {
  const manifest = account?.connector.manifest
  return {
    account: leg.accountId,
    connector: leg.connectorId,
    connector_version: manifest?.version ?? null,
    manifest_hash: account?.manifestHash ?? null,
    effects: account?.effects ?? null,
    verb: request.right,
    supported: manifest?.rights.includes(request.right) ?? false,
    searched: leg.state === 'found' || leg.state === 'nothing',
    not_searched_because: leg.state === 'parked' ? leg.parkedReason : null,
    records: [...records].sort((a, b) => a.id.localeCompare(b.id)).map((row) => recordPart(row, vault)),
  }
}

function identifiersPart(rows: readonly IdentifierRow[], vault: RequestVault): JsonValue {
  const opened = rows.map((row) => ({ ...openIdentifier(vault, row), source: row.source }))
  return opened.sort((a, b) => (identifierKey(a) < identifierKey(b) ? -1 : 1)).map((one) => ({ ...one }))
}

function recordPart(row: RecordRow, vault: RequestVault): JsonValue {
  const { part, ref } = openRecord(vault, row)
  const keep = row.decision === 'retain' ? { law: row.law, until_ms: row.untilMs } : null
  return { id: row.id, part, ref, keep, decided: row.decision === 'subject' }
}
