import type { EffectHost } from '../effects/engine.ts'
import type { Ports } from '../ports/runtime.ts'
import { afterEffects } from '../stages/act-leg.ts'
import { parkLeg } from '../stages/common/moves.ts'
import { issueEffects } from '../stages/common/outbox.ts'

/** What the stages do when the effect engine reports: the legs' side of settled effects. */
export function createEffectHost(ports: Ports): EffectHost {
  return {
    afterEffects: async (tx, legIds) => afterEffects(ports, tx, legIds),
    parkLeg: async (tx, legId, reason) => {
      const leg = await tx.leg.lock(legId)
      if (!leg || leg.state === 'parked' || leg.state === 'settled') return
      await parkLeg(ports, tx, { leg, reason, returnTo: leg.state })
    },
    announceEffects: async (tx, of) => issueEffects(ports, tx, { leg: of, ...of }),
  }
}
