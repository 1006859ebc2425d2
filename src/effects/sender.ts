import { carryOut } from './carry-out.ts'
import { claimCall } from './claim.ts'
import type { Engine, Lane } from './engine.ts'
import { settleCall } from './settle.ts'

/** One job makes at most so many calls; what is left is announced again by the watchdog. */
const CALLS_A_JOB = 100

/**
 * Sends what a lane has ready. Each turn: intent on disk, the call, each member settled from its slice of the answer. Any number
 * of senders may run on one lane; a crash at any point leaves a call whose effects are read back, never repeated blindly.
 */
export async function runSender(engine: Engine, lane: Lane, signal: AbortSignal): Promise<void> {
  for (let turn = 0; turn < CALLS_A_JOB && !signal.aborted; turn += 1) {
    const claimed = await claimCall(engine, lane)
    if (!claimed) return
    const facts = await carryOut(engine, claimed, signal)
    await settleCall(engine, claimed, facts)
    // What comes later is announced by whoever makes it ready.
    if (claimed.isLast && [...facts.values()].every(({ kind }) => kind === 'done' || kind === 'already')) return
  }
}
