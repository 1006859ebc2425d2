import { canonicalBytes } from '../crypto/canonical.ts'
import { sha256Hex } from '../crypto/digest.ts'
import type { JsonObject, JsonValue } from '../domain/json.ts'
import { isWritingRight } from '../domain/right.ts'
import type { LegRow, RecordRow, RequestRow } from '../ports/rows.ts'
import type { Account, Ports, RequestVault } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { findAll } from '../ports/find-all.ts'
import { APPROVAL_VALID_MS, grantApproval } from './common/approval.ts'
import { writeJournal } from './common/journal.ts'
import { moveLeg, moveRequest } from './common/moves.ts'
import { announceNotice } from './common/outbox.ts'
import { openRecord } from './common/sealed.ts'

/** A plan as approvers read it and as its hash covers it; references are personal data, so it is stored sealed. */
export interface MadePlan {
  readonly plan: JsonObject
  readonly hash: string
  /** Records that will be acted on (not kept ones), at accounts whose effects are not read-only. */
  readonly effective: number
}

/**
 * Makes the plan when discovery is over: lists accounts, verbs, references, exemptions, versions and policy. Its hash is what
 * gets approved. A dry run ends here; a policy that asks nobody approves at once, likewise a plan that changes nothing.
 */
export async function advancePlan(ports: Ports, tx: Tx, request: RequestRow): Promise<'moved'> {
  const { plan, hash, effective } = await makePlan(ports, tx, request)
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
  if (policy.byRight[request.right].approval === 'auto' || effective === 0) {
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
  const legs = await tx.leg.find({ requestId: request.id, generation: 0 }, { orderBy: ['accountId'] })
  const accounts: JsonObject[] = []
  let effective = 0
  for (const leg of legs) {
    const records = await recordsToPlan(tx, leg)
    for (const row of records.filter((one) => one.planVersion === null))
      await tx.record.update(row.id, { planVersion: version })
    const account = ports.accounts.get(leg.accountId)
    accounts.push(accountPart(request, { leg, account, records, vault }))
    if (account?.effects !== 'read_only') effective += records.filter((row) => row.decision !== 'retain').length
  }
  const plan: JsonObject = {
    v: 1,
    request: request.id,
    right: request.right,
    version,
    policy_hash: ports.policies.of(request.controllerId).hash,
    accounts,
    unsearched_identifiers: await tx.identifier.count({
      requestId: request.id,
      isCertain: true,
      round: { above: request.round },
    }),
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
  return { plan, hash, effective: isWritingRight(request.right) ? effective : 0 }
}

/** Certain records and those that a person or a rule decided on, as the last round found them. */
async function recordsToPlan(tx: Tx, leg: LegRow): Promise<readonly RecordRow[]> {
  const rows = await findAll(tx.record, { legId: leg.id, round: leg.round })
  return rows.filter((row) => row.decision !== 'not_subject' && (row.isCertain || row.decision !== null))
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

function recordPart(row: RecordRow, vault: RequestVault): JsonValue {
  const { part, ref } = openRecord(vault, row)
  const keep = row.decision === 'retain' ? { law: row.law, until_ms: row.untilMs } : null
  return { id: row.id, part, ref, keep, decided: row.decision === 'subject' }
}
