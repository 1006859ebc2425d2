import type { EffectAnswer, EffectCall, KeyedAnswer, ReadBackAnswer } from '../connector/contract.ts'
import { decodeTarget } from '../domain/effect.ts'
import { isDsrError, type ErrorCode } from '../domain/errors.ts'
import type { EffectRow } from '../ports/rows.ts'
import type { RequestVault } from '../ports/runtime.ts'
import type { ClaimedCall, Engine } from './engine.ts'

/** What is known about one member after its call, whatever way the call ended. */
export type Fact =
  | EffectAnswer
  | ReadBackAnswer
  /** The call ended without reaching the vendor; the effect is as it was. */
  | { readonly kind: 'not_sent'; readonly code: ErrorCode; readonly retryAfterMs: number | undefined }

/**
 * Makes the vendor call of a claimed call and returns a fact for each member. Never throws for the vendor's sake: an answer that
 * is missing, lost or unreadable is `unknown`, and only an error that says so is `not_sent`.
 */
export async function carryOut(
  engine: Engine,
  claimed: ClaimedCall,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Fact>> {
  const call = effectCall(engine, claimed)
  try {
    const answers = await ask(claimed, call, claimed.account.context(signal))
    const byKey = new Map<string, Fact>(answers.map((one) => [one.key, one.answer]))
    return new Map(call.members.map((member) => [member.key, byKey.get(member.key) ?? missing(claimed)]))
  } catch (error) {
    return new Map(call.members.map((member) => [member.key, factOfError(error, claimed)]))
  }
}

async function ask(
  { call, verb }: ClaimedCall,
  effectCall: EffectCall,
  context: Parameters<ClaimedCall['verb']['perform']>[0],
): Promise<readonly KeyedAnswer<EffectAnswer | ReadBackAnswer>[]> {
  switch (call.kind) {
    case 'perform':
      return verb.perform(context, effectCall)
    case 'read_back':
      return verb.readBack(context, effectCall)
    case 'poll':
      return verb.poll(context, effectCall)
  }
}

/** A member without an answer: for a changing call nobody knows; for a question nothing was learned. */
function missing({ call }: ClaimedCall): Fact {
  return call.kind === 'perform' ? { kind: 'unknown' } : { kind: 'cannot_tell' }
}

function factOfError(error: unknown, claimed: ClaimedCall): Fact {
  // Something that is no DsrError is a bug of the connector, and a bug does not say what it had sent.
  const isKnown = isDsrError(error)
  if (claimed.call.kind === 'perform' && (!isKnown || error.mayHaveArrived)) return { kind: 'unknown' }
  return {
    kind: 'not_sent',
    code: isKnown ? error.code : 'CONNECTOR_BUG',
    retryAfterMs: isKnown ? error.retryAfterMs : undefined,
  }
}

function effectCall(engine: Engine, { effects, call, right, requests }: ClaimedCall): EffectCall {
  const vaults = new Map<string, RequestVault>()
  const vaultOf = (effect: EffectRow): RequestVault | undefined => {
    const request = requests.get(effect.requestId)
    if (request && !vaults.has(request.id)) vaults.set(request.id, engine.ports.vault.open(request))
    return vaults.get(effect.requestId)
  }
  const members = effects.flatMap((effect) => {
    const vault = vaultOf(effect)
    if (!vault) return []
    const jobRef = effect.sealedJobRef === null ? undefined : vault.open(effect.sealedJobRef, 'job')
    const target = decodeTarget(vault.open(effect.sealedTarget, 'target'))
    return [{ key: effect.id, ...target, ...(typeof jobRef === 'string' && { jobRef }) }]
  })
  return { right, step: call.step, members }
}
