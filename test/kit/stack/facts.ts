import type { RequestId } from '../../../src/domain/ids.ts'
import type { RequestState } from '../../../src/domain/request.ts'
import { repeatedChanges } from './marked-calls.ts'
import { remainingOf, type Known } from './vendors.ts'
import { startStack, type Stack, type StackOptions } from './stack.ts'

/** What must be the same however often something broke on the way: the end of the request, its record, the vendors. */
export interface Facts {
  readonly state: RequestState
  readonly result: string
  /** Outcome and counts of every part, by account and part. */
  readonly parts: Readonly<Record<string, unknown>>
  readonly exceptions: readonly string[]
  readonly remaining: Readonly<Record<string, number>>
  readonly effects: Readonly<Record<string, number>>
  /** Changes that a vendor was made to carry out more than once without leave. */
  readonly repeated: readonly string[]
}

export async function factsOf(stack: Stack, id: RequestId, known: Known): Promise<Facts> {
  const { portal } = stack
  const { predicate } = await portal.record(id)
  const { state } = await portal.request(id)
  const parts = predicate.legs.flatMap((leg) =>
    leg.parts.map(({ part, outcome, counts }) => [`${leg.account}/${part}`, { kind: outcome.kind, counts }] as const),
  )
  const effects = await portal.read((tx) => tx.effect.countBy('state', { requestId: id }))
  return {
    state,
    result: predicate.result,
    parts: Object.fromEntries(parts),
    exceptions: predicate.exceptions.map((one) => `${one.account}/${one.part}`).sort(),
    remaining: remainingOf(known),
    effects: Object.fromEntries(effects.map(({ value, count }) => [value, count])),
    repeated: repeatedChanges(stack.vendors.logs()),
  }
}

/** The end of the same erasure when nothing breaks. */
export async function undisturbedFacts(options: StackOptions): Promise<Facts> {
  const stack = await startStack(options)
  const known = stack.plant(1)
  await stack.work()
  const id = await stack.portal.receive(known.person, 'erasure')
  await stack.portal.lead(id)
  const facts = await factsOf(stack, id, known)
  await stack.stop()
  return facts
}
