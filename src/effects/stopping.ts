import { nextEffectState } from '../domain/effect.ts'
import type { LegId } from '../domain/ids.ts'
import { findAll } from '../ports/find-all.ts'
import type { Tx } from '../ports/store.ts'

/**
 * Ends every effect of a leg that was not sent, with all that waits for them. What is on its way is left to its end.
 *
 * @returns how many.
 */
export async function stopUnsent(tx: Tx, legId: LegId, nowMs: number): Promise<number> {
  const ready = await findAll(tx.effect, { legId, state: 'ready' })
  for (const effect of ready) {
    await tx.effect.update(effect.id, { state: nextEffectState('ready', 'stop'), settledAtMs: nowMs })
  }
  return ready.length
}
