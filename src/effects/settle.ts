import { nextEffectState } from '../domain/effect.ts'
import type { LegId } from '../domain/ids.ts'
import { findAll } from '../ports/find-all.ts'
import type { EffectRow, LegRow } from '../ports/rows.ts'
import type { Tx } from '../ports/store.ts'
import type { Fact } from './carry-out.ts'
import type { ClaimedCall, Engine } from './engine.ts'

const FIRST_RETRY_MS = 20_000
const LONGEST_RETRY_MS = 3600_000
/** After so many tries in vain a person gets the leg. Sendings and looks back count alike, until an answer is a good one. */
const MOST_TRIES = 40
/** After so many tries a read back that cannot tell counts as one that saw nothing. */
const TRIES_TO_TELL = 6

type Patch = Partial<Omit<EffectRow, 'id'>>

interface Settling {
  readonly engine: Engine
  readonly tx: Tx
  readonly claimed: ClaimedCall
  readonly effect: EffectRow
}

/** Settles each member of a call from its own fact, in one transaction, and lets followers and legs go on. */
export async function settleCall(
  engine: Engine,
  claimed: ClaimedCall,
  facts: ReadonlyMap<string, Fact>,
): Promise<void> {
  await engine.ports.store.transact(async (tx) => {
    // What another sender took over when this call's lease ran out is not among them: what that one reads back is what counts.
    const effects = await tx.effect.lockAll({ callId: claimed.call.id })
    for (const effect of effects) {
      const fact = facts.get(effect.id) ?? { kind: 'unknown' }
      await tx.effect.update(effect.id, {
        callId: null,
        ...(await patchFor({ engine, tx, claimed, effect }, fact)),
      })
    }
    await tx.call.update(claimed.call.id, { state: 'settled', settledAtMs: engine.ports.clock.nowMs() })
    const legIds = [...new Set(effects.map((effect) => effect.legId))]
    await releaseFollowers(engine, tx, legIds)
    await engine.host.afterEffects(tx, legIds)
  })
  engine.ports.events.emit('effects.settled', {
    accountId: claimed.account.id,
    step: claimed.call.step,
    kind: claimed.call.kind,
    members: claimed.effects.length,
  })
}

async function patchFor(settling: Settling, fact: Fact): Promise<Patch> {
  const { engine, effect, claimed } = settling
  const now = engine.ports.clock.nowMs()
  switch (fact.kind) {
    case 'done':
      return {
        state: nextEffectState(effect.state, 'confirm'),
        settledAtMs: now,
        nextActionAtMs: null,
        errorCode: null,
      }
    case 'already':
      return {
        state: nextEffectState(effect.state, 'confirm'),
        wasAlready: true,
        settledAtMs: now,
        nextActionAtMs: null,
        errorCode: null,
      }
    case 'happened':
      return {
        state: nextEffectState(effect.state, 'seen_done'),
        settledAtMs: now,
        nextActionAtMs: null,
        errorCode: null,
      }
    case 'accepted':
      return acceptedPatch(settling, fact)
    case 'rejected':
      return {
        state: nextEffectState(effect.state, 'reject'),
        errorCode: fact.code,
        settledAtMs: now,
        nextActionAtMs: null,
      }
    case 'split':
      return splitPatch(settling)
    case 'unknown':
      return {
        ...(effect.state !== 'unknown' && { state: nextEffectState(effect.state, 'lose') }),
        nextActionAtMs: now,
      }
    case 'not_happened':
      return absentPatch(settling)
    case 'cannot_tell':
      return effect.tries < TRIES_TO_TELL || claimed.call.kind === 'poll'
        ? { nextActionAtMs: now + backOff(effect.tries) }
        : absentPatch(settling)
    case 'not_sent':
      return notSentPatch(settling, fact)
  }
}

async function acceptedPatch(
  { engine, tx, effect }: Settling,
  fact: Extract<Fact, { kind: 'accepted' }>,
): Promise<Patch> {
  const now = engine.ports.clock.nowMs()
  // A job that outlives its promise is lost: the read back says what became of it.
  if (effect.state === 'accepted' && effect.finishesByMs !== null && now > effect.finishesByMs) {
    return { state: nextEffectState('accepted', 'lose'), nextActionAtMs: now }
  }
  const request = await tx.request.get(effect.requestId)
  const vault = request && engine.ports.vault.open(request)
  return {
    ...(effect.state !== 'accepted' && { state: nextEffectState(effect.state, 'accept') }),
    ...(vault && { sealedJobRef: vault.seal(fact.jobRef, 'job') }),
    finishesByMs: effect.finishesByMs ?? fact.finishesByMs,
    nextActionAtMs: now + fact.checkAfterMs,
    errorCode: null,
    tries: 0,
  }
}

/** The vendor refused the batch for one member that it does not name: halves go apart, a single one is the refused one. */
function splitPatch({ engine, effect, claimed }: Settling): Patch {
  const size = claimed.effects.length
  if (size === 1) {
    const now = engine.ports.clock.nowMs()
    return { state: nextEffectState(effect.state, 'reject'), errorCode: 'VENDOR_REFUSED', settledAtMs: now }
  }
  return {
    state: nextEffectState(effect.state, 'not_sent'),
    batchCap: Math.ceil(size / 2),
    readyAtMs: engine.ports.clock.nowMs(),
    nextActionAtMs: null,
  }
}

/** The read back saw no effect. Only a step that the manifest calls repeatable is sent again; for the rest a person decides. */
async function absentPatch({ engine, tx, effect, claimed }: Settling): Promise<Patch> {
  const step = claimed.account.connector.manifest.steps[effect.step]
  if (step?.isRepeatable !== true) {
    await engine.host.parkLeg(tx, effect.legId, 'effect_unknown')
    return { nextActionAtMs: null }
  }
  if (effect.tries >= MOST_TRIES) await engine.host.parkLeg(tx, effect.legId, 'retries_exhausted')
  const at = engine.ports.clock.nowMs() + backOff(effect.tries - 2)
  return { state: nextEffectState(effect.state, 'seen_absent'), readyAtMs: at, nextActionAtMs: at }
}

async function notSentPatch(
  { engine, tx, effect }: Settling,
  fact: Extract<Fact, { kind: 'not_sent' }>,
): Promise<Patch> {
  const at = engine.ports.clock.nowMs() + Math.max(backOff(effect.tries - 1), fact.retryAfterMs ?? 0)
  if (fact.code === 'VENDOR_CREDENTIALS_REJECTED') await engine.host.parkLeg(tx, effect.legId, 'credentials_rejected')
  else if (fact.code === 'VENDOR_SCOPE_MISSING') await engine.host.parkLeg(tx, effect.legId, 'scope_missing')
  else if (effect.tries >= MOST_TRIES) await engine.host.parkLeg(tx, effect.legId, 'retries_exhausted')
  const isLimit = fact.code === 'RATE_LIMITED' || fact.code === 'VENDOR_QUOTA_EXHAUSTED'
  const tries = isLimit ? effect.tries - 1 : effect.tries
  if (effect.state !== 'sent') return { nextActionAtMs: at, errorCode: fact.code, tries }
  return {
    state: nextEffectState('sent', 'not_sent'),
    readyAtMs: at,
    nextActionAtMs: at,
    errorCode: fact.code,
    tries,
  }
}

function backOff(tries: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, Math.min(tries, 20)), LONGEST_RETRY_MS)
}

/** Releases what waited for these effects: children ended well, so their parents may go. */
async function releaseFollowers(engine: Engine, tx: Tx, legIds: readonly LegId[]): Promise<void> {
  // Two calls that end at the same moment would each see the other's effect open, and nobody would release what waits for both.
  const [legs, counts] = await Promise.all([
    tx.leg.lockAll({ id: { in: legIds } }),
    tx.effect.tally(['legId', 'step', 'state', 'isReleased'], { legId: { in: legIds }, state: { not: 'done' } }),
  ])
  const open = new Set(counts.map(({ values }) => `${values.legId}/${values.step}`))
  const withWaiting = counts.filter(({ values }) => values.state === 'ready' && !values.isReleased)
  if (withWaiting.length === 0) return
  const waiting = await findAll(tx.effect, {
    legId: { in: withWaiting.map(({ values }) => values.legId) },
    state: 'ready',
    isReleased: false,
  })
  const free = waiting.filter(({ legId, after }) => !after.some((step) => open.has(`${legId}/${step}`)))
  for (const leg of legs) await release(engine, tx, { leg, free: free.filter((effect) => effect.legId === leg.id) })
}

async function release(
  engine: Engine,
  tx: Tx,
  { leg, free }: { leg: LegRow; free: readonly EffectRow[] },
): Promise<void> {
  const manifest = engine.ports.accounts.get(leg.accountId)?.connector.manifest
  const now = engine.ports.clock.nowMs()
  const readyAtOf = (step: string) => now + (manifest?.steps[step]?.lingerMs ?? 0)
  for (const effect of free) await tx.effect.update(effect.id, { isReleased: true, readyAtMs: readyAtOf(effect.step) })
  for (const step of new Set(free.map((effect) => effect.step))) {
    const { controllerId, requestId, accountId, connectorId } = leg
    await engine.host.announceEffects(tx, {
      controllerId,
      requestId,
      accountId,
      connectorId,
      step,
      notBeforeMs: readyAtOf(step),
    })
  }
}
