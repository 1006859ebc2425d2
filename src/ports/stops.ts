import type { AccountId, ControllerId } from '../domain/ids.ts'
import type { StopRow } from './brake-rows.ts'
import type { Tx } from './store.ts'

/** More stops than an operator could give; all of them hold together. */
const MOST_STOPS = 1000

/** The stops in force, oldest first. */
export async function openStops(tx: Tx): Promise<readonly StopRow[]> {
  return tx.stop.find({ liftedAtMs: null }, { orderBy: ['stoppedAtMs'], limit: MOST_STOPS })
}

export interface StoppedPlace {
  readonly controllerId: ControllerId
  readonly accountId: AccountId
}

/** Whether one of the stops halts the changes at an account. */
export function isStopped(stops: readonly StopRow[], { controllerId, accountId }: StoppedPlace): boolean {
  return stops.some(
    (stop) =>
      (stop.controllerId === null || stop.controllerId === controllerId) &&
      (stop.accountId === null || stop.accountId === accountId),
  )
}

/** Whether one of the stops halts a controller altogether. */
export function isControllerStopped(stops: readonly StopRow[], controllerId: ControllerId): boolean {
  return stops.some(
    (stop) => stop.accountId === null && (stop.controllerId === null || stop.controllerId === controllerId),
  )
}
