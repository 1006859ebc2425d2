import type { RequestId } from '../../../src/domain/ids.ts'
import type { RequestState } from '../../../src/domain/request.ts'
import { remainingOf, type Known } from './vendors.ts'
import type { Stack } from './stack.ts'

/** What must be the same however often something broke on the way: the end of the request, its record, the vendors. */
export interface Facts {
  readonly state: RequestState
  readonly result: string
  /** Outcome and counts of every part, by account and part. */
  readonly parts: Readonly<Record<string, unknown>>
  readonly exceptions: readonly string[]
  readonly remaining: Readonly<Record<string, number>>
  readonly effects: Readonly<Record<string, number>>
  /** Calls that a vendor carried out more than once. */
  readonly doubled: readonly string[]
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
    doubled: doubledChanges(stack),
  }
}

/** SendGrid's erasure job takes an address off this list, so the way of erasing puts it there before and, when needed, after. */
const SET_AGAIN = '/v3/asm/suppressions/global'

/** Changes that a vendor carried out more than once: the same call with the same body, both answered with success. */
export function doubledChanges({ vendors }: Stack): readonly string[] {
  const calls = vendors.accounts.flatMap(({ accountId, sandbox }) =>
    sandbox
      .calls()
      .filter((call) => call.isChange && call.status > 0 && call.status < 400 && call.path !== SET_AGAIN)
      .map((call) => `${accountId} ${call.method} ${call.path}${call.query} ${call.requestBody}`),
  )
  return calls.filter((one, at) => calls.indexOf(one) !== at)
}
