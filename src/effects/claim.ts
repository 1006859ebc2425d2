import { nextEffectState } from '../domain/effect.ts'
import { callId } from '../domain/ids.ts'
import type { WritingRight } from '../domain/right.ts'
import type { CallRow, EffectRow, IdentifierRow } from '../ports/rows.ts'
import type { Account } from '../ports/runtime.ts'
import { isStopped, openStops } from '../ports/stops.ts'
import type { Tx } from '../ports/store.ts'
import { CALL_LEASE_MS, type ClaimedCall, type Engine, type Lane } from './engine.ts'
import { stopUnsent } from './stopping.ts'

/**
 * Claims the next call of a lane and commits the intent before anything is sent: lost answers are read back first, then accepted
 * jobs are asked after, then ready effects are sent, up to the vendor's batch maximum or when their linger is over.
 *
 * @returns undefined when the lane has nothing to do now.
 */
export async function claimCall(engine: Engine, lane: Lane): Promise<ClaimedCall | undefined> {
  const account = engine.ports.accounts.get(lane.accountId)
  const step = account?.connector.manifest.steps[lane.step]
  if (!account || !step) return undefined
  return engine.ports.store.transact(async (tx) => {
    const claim = { engine, tx, lane, account, batchMax: step.batchMax }
    const [unknown, accepted, ready] = await Promise.all([
      claimAsking(claim, 'unknown'),
      claimAsking(claim, 'accepted'),
      claimReady(claim),
    ])
    const found = unknown.length + accepted.length + ready.length
    if (unknown.length > 0) return openCall(claim, { found, effects: oneRight(unknown), kind: 'read_back', patch: {} })
    if (accepted.length > 0) return openCall(claim, { found, effects: oneRight(accepted), kind: 'poll', patch: {} })
    return openBatch(claim, { found, ready })
  })
}

interface Claim {
  readonly engine: Engine
  readonly tx: Tx
  readonly lane: Lane
  readonly account: Account
  readonly batchMax: number
}

async function claimAsking(
  { engine, tx, lane, batchMax }: Claim,
  state: 'unknown' | 'accepted',
): Promise<readonly EffectRow[]> {
  return tx.effect.claim(
    // While a read back or poll is under way, no other sender asks the same; a lost one gives its effects back.
    {
      accountId: lane.accountId,
      step: lane.step,
      state,
      callId: null,
      nextActionAtMs: { atMost: engine.ports.clock.nowMs() },
    },
    { orderBy: ['nextActionAtMs'], limit: batchMax },
  )
}

async function claimReady({ tx, lane, batchMax }: Claim): Promise<readonly EffectRow[]> {
  return tx.effect.claim(
    { accountId: lane.accountId, step: lane.step, state: 'ready', isReleased: true },
    { orderBy: ['readyAtMs'], limit: batchMax },
  )
}

async function openBatch(
  claim: Claim,
  { found, ready }: { readonly found: number; readonly ready: readonly EffectRow[] },
): Promise<ClaimedCall | undefined> {
  const { engine, tx } = claim
  const now = engine.ports.clock.nowMs()
  const effects = oneBatch(oneRight(ready.filter((effect) => mayGo(effect, now))))
  const first = effects[0]
  if (!first) return undefined
  const isFull = effects.length >= Math.min(claim.batchMax, first.batchCap ?? claim.batchMax)
  if (!isFull && first.readyAtMs > now) return undefined
  // In the transaction that claims: what is not sent yet when a stop is given waits for its end.
  if (isStopped(await openStops(tx), { controllerId: claim.account.controllerId, accountId: claim.lane.accountId }))
    return undefined
  const stopped = await heldBack(claim, effects)
  if (stopped.length > 0) {
    await stopEffects(engine, tx, stopped)
    return undefined
  }
  return openCall(claim, { found, effects, kind: 'perform', patch: { state: nextEffectState('ready', 'send') } })
}

/** One that waits to be tried again goes to nobody's batch before its time; one that waits for companions may. */
function mayGo(effect: EffectRow, now: number): boolean {
  return effect.nextActionAtMs === null || effect.nextActionAtMs <= now
}

/** A call carries effects of one right, since each right has its own verb. */
function oneRight(effects: readonly EffectRow[]): readonly EffectRow[] {
  return effects.filter((effect) => effect.right === effects[0]?.right)
}

/** After a refused batch its halves go apart, so that the one bad member is found. */
function oneBatch(effects: readonly EffectRow[]): readonly EffectRow[] {
  const cap = effects[0]?.batchCap ?? null
  const alike = effects.filter((effect) => effect.batchCap === cap)
  return cap === null ? alike : alike.slice(0, cap)
}

interface Opening {
  /** How many effects the lane had to do something about, up to the batch maximum of each kind. */
  readonly found: number
  readonly effects: readonly EffectRow[]
  readonly kind: CallRow['kind']
  readonly patch: Partial<Pick<EffectRow, 'state'>>
}

async function openCall(
  { engine, tx, lane, account, batchMax }: Claim,
  { found, effects, kind, patch }: Opening,
): Promise<ClaimedCall | undefined> {
  const right = effects[0]?.right
  const verb = right && account.connector.writing[right]
  if (!verb) return undefined
  const call: CallRow = {
    id: callId(engine.ports.random.uuid()),
    ...lane,
    kind,
    members: effects.length,
    state: 'sent',
    sentAtMs: engine.ports.clock.nowMs(),
    leaseUntilDbMs: (await tx.dbNowMs()) + CALL_LEASE_MS,
    settledAtMs: null,
  }
  const requestIds = [...new Set(effects.map((effect) => effect.requestId))]
  const requests = await tx.request.find({ id: { in: requestIds } }, { limit: requestIds.length })
  await tx.call.insert(call)
  const owned: EffectRow[] = []
  for (const effect of effects) {
    const change = { ...patch, callId: call.id, tries: effect.tries + 1 }
    await tx.effect.update(effect.id, change)
    owned.push({ ...effect, ...change })
  }
  return {
    call,
    account,
    verb,
    right: right satisfies WritingRight,
    effects: owned,
    requests: new Map(requests.map((row) => [row.id, row])),
    isLast: found === effects.length && found < batchMax,
  }
}

/**
 * Effects that may not be sent any more: the account's brake was pulled after they were planned, or a person ended their leg as it
 * was, and its record says so.
 */
async function heldBack({ engine, tx, account }: Claim, effects: readonly EffectRow[]): Promise<readonly EffectRow[]> {
  if (account.effects === 'read_only') return effects
  const legs = await tx.leg.find({ id: { in: [...new Set(effects.map((effect) => effect.legId))] }, state: 'settled' })
  const over = new Set(legs.map((leg) => leg.id))
  const untested =
    account.effects === 'test_only' ? await untestedRequests(engine, tx, { account, effects }) : new Set<string>()
  return effects.filter((effect) => over.has(effect.legId) || untested.has(effect.requestId))
}

/** Requests with an identifier that is not listed for tests. */
async function untestedRequests(
  engine: Engine,
  tx: Tx,
  { account, effects }: { readonly account: Account; readonly effects: readonly EffectRow[] },
): Promise<ReadonlySet<string>> {
  const untested = new Set<string>()
  for (const id of new Set(effects.map((effect) => effect.requestId))) {
    const request = await tx.request.get(id)
    const rows = await tx.identifier.find({ requestId: id, isCertain: true })
    const vault = request && engine.ports.vault.open(request)
    const isListed = (row: IdentifierRow) => {
      const value = vault?.open(row.sealedValue, 'identifier')
      return typeof value === 'string' && account.testIdentifiers.includes(value)
    }
    if (rows.length === 0 || !rows.every(isListed)) untested.add(id)
  }
  return untested
}

/** These end unsent with all that waits for them, and the record says so. */
async function stopEffects(engine: Engine, tx: Tx, effects: readonly EffectRow[]): Promise<void> {
  const legIds = [...new Set(effects.map((effect) => effect.legId))]
  for (const legId of legIds) await stopUnsent(tx, legId, engine.ports.clock.nowMs())
  await engine.host.afterEffects(tx, legIds)
}
