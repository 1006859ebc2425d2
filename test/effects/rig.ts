import type { RequestId } from '../../src/domain/ids.ts'
import type { EffectRow } from '../../src/ports/rows.ts'
import { DAY } from '../kit/sim/clock.ts'
import type { FakeVendor, Fault } from '../kit/sim/fake-vendor.ts'
import { Rig, type RigOptions } from '../kit/sim/rig.ts'

/** A rig whose policy approves at once and lets act at once, so that a test stands at the effects in one step. */
export function actingRig(options: RigOptions = {}): Rig {
  const erasure = { approval: 'auto', coolingOffMs: 0 } as const
  return new Rig({ ...options, policy: { ...options.policy, byRight: { erasure } } })
}

export function effectsOf(rig: Rig, id: RequestId): readonly EffectRow[] {
  return rig.store.rows('effect').filter((row) => row.requestId === id)
}

/** States of a request's effects by step, sorted. */
export function statesOf(rig: Rig, id: RequestId, step: string): readonly string[] {
  return effectsOf(rig, id)
    .filter((row) => row.step === step)
    .map((row) => row.state)
    .sort()
}

/** Each of these faults once, in this order, on the sendings of a step; then the vendor works. */
export function failSendings(vendor: FakeVendor, step: string, faults: readonly Fault[]): void {
  const left = [...faults]
  vendor.faultOf = (verb, one) => (verb === 'perform' && one === step ? (left.shift() ?? 'none') : 'none')
}

/** Long enough for every look of the fake manifest. */
export const LOOKED_MS = DAY
