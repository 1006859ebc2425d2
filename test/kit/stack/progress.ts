import type { RequestId } from '../../../src/domain/ids.ts'
import type { Stack } from './stack.ts'

/** How often legs of the request were tried and effects of it asked for or after. */
export async function attemptsOf({ portal }: Stack, id: RequestId): Promise<number> {
  return portal.read(async (tx) => {
    const legs = await tx.leg.find({ requestId: id })
    const effects = await tx.effect.find({ requestId: id }, { limit: 1000 })
    return [...legs.map((leg) => leg.attempts), ...effects.map((effect) => effect.tries)].reduce((a, b) => a + b, 0)
  })
}

/** How far a request has come: grows with each run of a leg, each step and each settled effect. */
export async function progressOf({ portal }: Stack, id: RequestId): Promise<number> {
  return portal.read(async (tx) => {
    const legs = await tx.leg.find({ requestId: id })
    const lines = await tx.journal.count({ requestId: id })
    const done = await tx.effect.count({ requestId: id, state: 'done' })
    return lines + done + legs.reduce((sum, leg) => sum + leg.attempts, 0)
  })
}
