import type { FoundRecord, LegSubject, PlannedEffect, PlannedRecord } from '../connector/contract.ts'
import { DsrError } from '../domain/errors.ts'
import { encodeTarget, type EffectState } from '../domain/effect.ts'
import type { Identifier } from '../domain/identifier.ts'
import { effectId, type LegId } from '../domain/ids.ts'
import { isWritingRight, type Right, type WritingRight } from '../domain/right.ts'
import type { EffectRow, LegRow, RecordRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { findAll } from '../ports/find-all.ts'
import { effectGate } from './common/gate.ts'
import { keepRecord } from './common/keep-record.ts'
import { holdLease, RELEASED, type Lease } from './common/lease.ts'
import { moveLeg, parkLeg } from './common/moves.ts'
import { issueEffects, issueLeg } from './common/outbox.ts'
import { resultsFor } from './common/parts.ts'
import { approvedRows } from './common/planned.ts'
import { settleLeg } from './common/settle-leg.ts'
import { openIdentifier, openIntake, openRecord, refDigest } from './common/sealed.ts'

/** A leg that waits for its effects is looked after this often, whatever was lost meanwhile. */
const LOOK_AFTER_EFFECTS_MS = 15 * 60_000

/** One leg's act: exports for a reading right; for a changing one re-reads the approved records and plans its effects. */
export async function runAct(ports: Ports, lease: Lease, signal: AbortSignal): Promise<void> {
  if (isWritingRight(lease.request.right)) await planEffects(ports, { lease, right: lease.request.right, signal })
  else await exportRecords(ports, lease, signal)
}

async function exportRecords(ports: Ports, lease: Lease, signal: AbortSignal): Promise<void> {
  const records = await approvedRecords(ports, lease)
  // What was found after the plan was made is not left out silently: a plan that has it comes first.
  if (records.unplanned > 0) return parkDrift(ports, lease, [])
  const pieces = lease.account.connector.export(lease.account.context(signal), records.acted)
  const facts = await ports.parcels.write(
    { requestId: lease.request.id, legId: lease.leg.id, epoch: lease.leg.epoch, vault: lease.vault },
    pieces,
  )
  await ports.store.transact(async (tx) => {
    const leg = await holdLease(tx, lease)
    await tx.parcel.insert({
      id: ports.random.uuid(),
      requestId: lease.request.id,
      legId: leg.id,
      objectKey: facts.objectKey,
      sha256: facts.sha256,
      objectBytes: facts.objectBytes,
      counts: { ...facts.counts },
      createdAtMs: ports.clock.nowMs(),
    })
    const acting = await enterLegActing(ports, tx, leg)
    await startSettling(ports, tx, { leg: acting, right: lease.request.right })
  })
  ports.events.emit('leg.exported', { legId: lease.leg.id, accountId: lease.account.id, bytes: facts.objectBytes })
}

async function enterLegActing(ports: Ports, tx: Tx, leg: LegRow): Promise<LegRow> {
  return leg.state === 'acting' ? leg : moveLeg(ports, tx, { leg, event: 'act' })
}

/** Nothing is left to do at the vendor: the leg waits for its first look. Reading can be looked at again at once. */
export async function startSettling(
  ports: Ports,
  tx: Tx,
  { leg, right }: { leg: LegRow; right: Right },
): Promise<void> {
  const waits = isWritingRight(right) ? ports.accounts.get(leg.accountId)?.connector.manifest.verifyAfterMs : undefined
  const now = ports.clock.nowMs()
  const settling = await moveLeg(ports, tx, {
    leg,
    event: 'acted',
    patch: { ...RELEASED, stage: 'verify', nextActionAtMs: now + (waits?.[0] ?? 0), lastAtMs: now },
  })
  if ((waits?.[0] ?? 0) === 0) await issueLeg(ports, tx, { leg: settling, stage: 'verify' })
}

/**
 * What the effect engine calls, in its transaction, when effects of a leg were settled: when none is left to wait for, the leg goes
 * on to its first look; when what is left hangs on a refused one, a person gets it.
 */
export async function afterEffects(ports: Ports, tx: Tx, legId: LegId): Promise<void> {
  const leg = await tx.leg.lock(legId)
  if (leg?.state !== 'acting') return
  // In this order: a sender takes effects without the leg's lock, and one taken between two looks must be seen by one of them.
  const movable = await tx.effect.count({ legId, state: 'ready', isReleased: true })
  const counts = await tx.effect.countBy('state', { legId, generation: leg.generation })
  const countOf = (state: EffectState) => counts.find((one) => one.value === state)?.count ?? 0
  const inFlight = countOf('sent') + countOf('accepted') + countOf('unknown')
  if (inFlight + movable > 0) return
  if (countOf('ready') > 0) {
    await parkLeg(ports, tx, { leg, reason: 'effect_rejected', returnTo: 'acting' })
    return
  }
  const request = await tx.request.get(leg.requestId)
  if (request) await startSettling(ports, tx, { leg, right: request.right })
}

interface Approved {
  readonly acted: readonly PlannedRecord[]
  readonly kept: readonly PlannedRecord[]
  /** Certain ones. */
  readonly identifiers: readonly Identifier[]
  /** Digests of what the approver saw, or what was no matter for a plan: somebody else's, or a guess. */
  readonly known: ReadonlySet<string>
  /** How many of the leg's own records nobody approved: an account that was searched after the plan was made. */
  readonly unplanned: number
}

async function approvedRecords(ports: Ports, lease: Lease): Promise<Approved> {
  const [rows, identifiers, own] = await ports.store.transact(async (tx) =>
    Promise.all([
      approvedRows(tx, lease),
      tx.identifier.find({ requestId: lease.request.id, isCertain: true }),
      findAll(tx.record, { legId: lease.leg.id }),
    ]),
  )
  const now = ports.clock.nowMs()
  const isKept = (row: RecordRow) => row.decision === 'retain' && (row.untilMs ?? Infinity) > now
  // What was found here and never planned was never approved, unless it is no matter for a plan.
  const passed = own.filter((row) => row.decision === 'not_subject' || (!row.isCertain && row.decision === null))
  const known = new Set([...rows, ...passed].map((row) => row.refDigest))
  return {
    acted: rows.filter((row) => !isKept(row)).map((row) => openRecord(lease.vault, row)),
    kept: rows.filter(isKept).map((row) => openRecord(lease.vault, row)),
    identifiers: identifiers.map((row) => openIdentifier(lease.vault, row)),
    known,
    unplanned: own.filter((row) => row.round === lease.leg.round && !known.has(row.refDigest)).length,
  }
}

async function planEffects(
  ports: Ports,
  { lease, right, signal }: { lease: Lease; right: WritingRight; signal: AbortSignal },
): Promise<void> {
  const verb = lease.account.connector.writing[right]
  const approved = await approvedRecords(ports, lease)
  if (!verb) return settleUnchanged(ports, lease, { kind: 'not_supported', why: 'this system has no way to do it' })
  const subject = subjectOf(lease, right, approved)
  const refusal = effectGate(lease.account, subject.identifiers)
  if (refusal !== undefined) return settleUnchanged(ports, lease, { kind: 'not_done', why: refusal })
  const added = await rereadRecords(lease, approved, signal)
  if (added.length > 0) return parkDrift(ports, lease, added)
  // What was planned once under this approval stays: a later look would plan for identifiers that nobody approved.
  const effects = lease.leg.state === 'acting' ? [] : await verb.plan(lease.account.context(signal), subject)
  await storeEffects(ports, { lease, right, effects })
}

function subjectOf(lease: Lease, right: WritingRight, approved: Approved): LegSubject {
  const { acted: records, kept, identifiers } = approved
  return { right, records, kept, identifiers, wish: openIntake(lease.vault, lease.request) }
}

/** Reads the account once more before anything is changed: gone is fine, a record that the approver never saw is not. */
async function rereadRecords(
  lease: Lease,
  { identifiers, known }: Approved,
  signal: AbortSignal,
): Promise<readonly FoundRecord[]> {
  if (lease.leg.state === 'acting') return []
  const search = { right: lease.request.right, identifiers, names: openIntake(lease.vault, lease.request).names }
  const added: FoundRecord[] = []
  for await (const record of lease.account.connector.discover(lease.account.context(signal), search)) {
    if (!known.has(refDigest(lease.vault, record))) added.push(record)
  }
  return added
}

async function parkDrift(ports: Ports, lease: Lease, added: readonly FoundRecord[]): Promise<void> {
  await ports.store.transact(async (tx) => {
    const leg = await holdLease(tx, lease)
    for (const record of added) await keepRecord(ports, tx, { lease, record, round: leg.round })
    await tx.leg.update(leg.id, RELEASED)
    await parkLeg(ports, tx, { leg, reason: 'plan_drift', returnTo: 'found' })
  })
}

async function settleUnchanged(
  ports: Ports,
  lease: Lease,
  outcome: { readonly kind: 'not_supported' | 'not_done'; readonly why: string },
): Promise<void> {
  await ports.store.transact(async (tx) => {
    const leg = await holdLease(tx, lease)
    const rows = await approvedRows(tx, lease)
    const { manifest } = lease.account.connector
    await settleLeg(ports, tx, {
      leg,
      parts: resultsFor({ manifest, unavailable: leg.unavailable }, rows, () => outcome),
    })
  })
}

async function storeEffects(
  ports: Ports,
  { lease, right, effects }: { lease: Lease; right: WritingRight; effects: readonly PlannedEffect[] },
): Promise<void> {
  const { manifest } = lease.account.connector
  const unknown = effects.find((effect) => manifest.steps[effect.step] === undefined)
  if (unknown) throw new DsrError('CONNECTOR_BUG', 'the connector planned a step that its manifest does not name')
  await ports.store.transact(async (tx) => {
    const leg = await holdLease(tx, lease)
    if (leg.state !== 'found' && leg.state !== 'acting') {
      // While this run was planning, the last effect was settled and the leg went on.
      await tx.leg.update(leg.id, { leaseUntilDbMs: null })
      return
    }
    const now = ports.clock.nowMs()
    for (const effect of effects) await tx.effect.insertNew(effectRow(ports, { lease, right, effect, now }))
    await enterLegActing(ports, tx, leg)
    await tx.leg.update(leg.id, { ...RELEASED, stage: 'act', nextActionAtMs: now + LOOK_AFTER_EFFECTS_MS })
    for (const step of new Set(effects.filter((one) => one.after.length === 0).map((one) => one.step))) {
      await issueEffects(ports, tx, { leg, accountId: leg.accountId, connectorId: leg.connectorId, step })
    }
    await afterEffects(ports, tx, leg.id)
  })
}

function effectRow(
  ports: Ports,
  { lease, right, effect, now }: { lease: Lease; right: WritingRight; effect: PlannedEffect; now: number },
): EffectRow {
  const step = lease.account.connector.manifest.steps[effect.step]
  return {
    id: effectId(ports.random.uuid()),
    requestId: lease.request.id,
    legId: lease.leg.id,
    accountId: lease.account.id,
    connectorId: lease.leg.connectorId,
    right,
    generation: lease.leg.generation,
    step: effect.step,
    part: effect.part,
    targetDigest: lease.vault.digest('target', effect.target),
    sealedTarget: lease.vault.seal(encodeTarget(effect), 'target'),
    after: effect.after,
    isReleased: effect.after.length === 0,
    state: 'ready',
    wasAlready: false,
    batchCap: null,
    callId: null,
    sealedJobRef: null,
    finishesByMs: null,
    tries: 0,
    errorCode: null,
    readyAtMs: now + (step?.lingerMs ?? 0),
    nextActionAtMs: null,
    settledAtMs: null,
  }
}
