import type { FoundRecord, PlannedEffect, WritingVerb } from '../connector/contract.ts'
import { DsrError } from '../domain/errors.ts'
import type { LegId } from '../domain/ids.ts'
import { isWritingRight, type Right, type WritingRight } from '../domain/right.ts'
import type { EffectRow, LegRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { approvedShare, type Approved } from './act-leg-approved.ts'
import { insertEffects } from './act-leg-effects.ts'
import { effectGate } from './common/gate.ts'
import { keepRecord } from './common/keep-record.ts'
import { holdLease, RELEASED, type Lease } from './common/lease.ts'
import { SYSTEM } from './common/journal.ts'
import { moveLeg, parkLeg, resumeLeg } from './common/moves.ts'
import { issueEffects, issueLeg } from './common/outbox.ts'
import { resultsFor } from './common/parts.ts'
import { startAt } from './common/start.ts'
import { approvedRows, openQuestion } from './common/planned.ts'
import { settleLeg } from './common/settle-leg.ts'
import { openIntake, refDigest } from './common/sealed.ts'

/** A leg that waits for its effects is looked after this often, whatever was lost meanwhile. */
const LOOK_AFTER_EFFECTS_MS = 15 * 60_000

/** One leg's act: exports for a reading right; for a changing one re-reads the approved records and plans its effects. */
export async function runAct(ports: Ports, lease: Lease, signal: AbortSignal): Promise<void> {
  if (isWritingRight(lease.request.right)) await planEffects(ports, { lease, right: lease.request.right, signal })
  else await exportRecords(ports, lease, signal)
}

async function exportRecords(ports: Ports, lease: Lease, signal: AbortSignal): Promise<void> {
  const records = await approvedShare(ports, lease)
  // Nor is a match that is not certain: an export that goes out without it cannot be called back.
  if (records.undecided > 0) return parkUndecided(ports, lease)
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
 * What the effect engine calls, in its transaction, when effects of legs were settled: a leg for which none is left to wait goes on to
 * its first look; when what is left hangs on a refused one, a person gets it.
 */
export async function afterEffects(ports: Ports, tx: Tx, legIds: readonly LegId[]): Promise<void> {
  const [legs, counts] = await Promise.all([
    tx.leg.lockAll({ id: { in: legIds } }),
    tx.effect.tally(['legId', 'right', 'state', 'isReleased'], { legId: { in: legIds } }),
  ])
  for (const locked of legs) {
    const own = counts.map(({ values }) => values).filter(({ legId }) => legId === locked.id)
    if (own.some(isUnderWay)) continue
    const isOver = own.length > 0 && !own.some(({ state }) => state === 'ready')
    const leg = isOver && wasTriedInVain(locked) ? await resumeLeg(ports, tx, { leg: locked, by: BY_ITSELF }) : locked
    if (leg.state !== 'acting') continue
    const right = own[0]?.right ?? (await tx.request.get(leg.requestId))?.right
    if (own.some(({ state }) => state === 'ready')) {
      await parkLeg(ports, tx, { leg, reason: 'effect_rejected', returnTo: 'acting' })
    } else if (right) await startSettling(ports, tx, { leg, right })
  }
}

function isUnderWay({ state, isReleased }: Pick<EffectRow, 'state' | 'isReleased'>): boolean {
  return state === 'sent' || state === 'accepted' || state === 'unknown' || (state === 'ready' && isReleased)
}

async function planEffects(
  ports: Ports,
  { lease, right, signal }: { lease: Lease; right: WritingRight; signal: AbortSignal },
): Promise<void> {
  const verb = lease.account.connector.writing[right]
  const approved = await approvedShare(ports, lease)
  if (!verb) return settleUnchanged(ports, lease, { kind: 'not_supported', why: 'this system has no way to do it' })
  const refusal = effectGate(lease.account, approved.certain)
  if (refusal !== undefined) return settleUnchanged(ports, lease, { kind: 'not_done', why: refusal })
  if (lease.leg.state !== 'acting' && (await isHeldByCap(ports, lease))) return
  // What was planned once under this approval stays: a later look would plan for identifiers that nobody approved.
  if (lease.leg.state === 'acting') return storeEffects(ports, { lease, right, effects: [] })
  const added = await rereadRecords(lease, approved, signal)
  if (added.some(isCertain)) return parkDrift(ports, lease, added)
  const effects = await plannedEffects({ lease, right, verb, approved, signal })
  if (effects === 'not_approved') return parkDrift(ports, lease, added)
  // A match that is not certain keeps nobody from acting on what is: the leg asks about it before it ends.
  await storeEffects(ports, { lease, right, effects, matches: added })
}

/** What a leg was given to a person for: tries in vain. Its effects are tried on, and may end well by themselves. */
const TRIED_IN_VAIN: ReadonlySet<LegRow['parkedReason']> = new Set([
  'retries_exhausted',
  'credentials_rejected',
  'scope_missing',
])

/** A leg that waits for a person although every effect has ended by now goes on by itself. */
function wasTriedInVain({ state, returnTo, parkedReason }: LegRow): boolean {
  return state === 'parked' && returnTo === 'acting' && TRIED_IN_VAIN.has(parkedReason)
}

const BY_ITSELF = { actor: SYSTEM }

/** A recheck that acts again counts under the hourly cap like a request that begins; its system waits for its turn. */
async function isHeldByCap(ports: Ports, lease: Lease): Promise<boolean> {
  const { request, leg, account } = lease
  if (leg.generation === 0 || account.effects !== 'live') return false
  return ports.store.transact(async (tx) => {
    await holdLease(tx, lease)
    const untilMs = await startAt(ports, tx, { request, generation: leg.generation })
    if (untilMs <= ports.clock.nowMs()) return false
    await tx.leg.update(leg.id, { ...RELEASED, errorCode: 'RATE_LIMITED', nextActionAtMs: untilMs })
    return true
  })
}

interface Planning {
  readonly lease: Lease
  readonly right: WritingRight
  readonly verb: WritingVerb
  readonly approved: Approved
  readonly signal: AbortSignal
}

/**
 * Effects on approved records by approved identifiers. A system that works by address and would do more by an address that was learned
 * since does nothing before somebody approved that too.
 */
async function plannedEffects({
  lease,
  right,
  verb,
  approved,
  signal,
}: Planning): Promise<readonly PlannedEffect[] | 'not_approved'> {
  const { acted: records, kept, identifiers, certain } = approved
  if (records.length === 0) return []
  const context = lease.account.context(signal)
  const subject = { right, records, kept, identifiers, wish: openIntake(lease.vault, lease.request) }
  const effects = await verb.plan(context, subject)
  if (certain.length === identifiers.length) return effects
  const byAll = await verb.plan(context, { ...subject, identifiers: certain })
  const known = new Set(effects.map((one) => `${one.step}\0${one.target}`))
  return byAll.every((one) => known.has(`${one.step}\0${one.target}`)) ? effects : 'not_approved'
}

function isCertain(record: FoundRecord): boolean {
  return record.attribution.kind === 'certain'
}

/** Reads the account once more before anything is changed: gone is fine, a record that the approver never saw is not. */
async function rereadRecords(
  lease: Lease,
  { certain: identifiers, known }: Approved,
  signal: AbortSignal,
): Promise<readonly FoundRecord[]> {
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

async function parkUndecided(ports: Ports, lease: Lease): Promise<void> {
  await ports.store.transact(async (tx) => {
    const leg = await holdLease(tx, lease)
    await tx.leg.update(leg.id, RELEASED)
    await parkLeg(ports, tx, { leg, reason: 'undecided', returnTo: 'found' })
  })
}

async function settleUnchanged(
  ports: Ports,
  lease: Lease,
  outcome: { readonly kind: 'not_supported' | 'not_done'; readonly why: string },
): Promise<void> {
  const reason = await ports.store.transact(async (tx) => openQuestion(tx, lease.leg))
  if (reason === 'undecided') return parkUndecided(ports, lease)
  if (reason === 'plan_drift') return parkDrift(ports, lease, [])
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

interface Storing {
  readonly lease: Lease
  readonly right: WritingRight
  readonly effects: readonly PlannedEffect[]
  /** Found meanwhile and not certain: kept for a person. */
  readonly matches?: readonly FoundRecord[]
}

async function storeEffects(ports: Ports, { lease, right, effects, matches = [] }: Storing): Promise<void> {
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
    for (const record of matches) await keepRecord(ports, tx, { lease, record, round: leg.round })
    const steps = await insertEffects(ports, tx, { lease, right, effects })
    await enterLegActing(ports, tx, leg)
    await tx.leg.update(leg.id, { ...RELEASED, stage: 'act', nextActionAtMs: now + LOOK_AFTER_EFFECTS_MS })
    for (const step of steps) {
      await issueEffects(ports, tx, { leg, accountId: leg.accountId, connectorId: leg.connectorId, step })
    }
    await afterEffects(ports, tx, [leg.id])
  })
}
