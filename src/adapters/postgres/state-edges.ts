import { EFFECT_TABLE } from '../../domain/effect.ts'
import { LEG_TABLE, RETURN_STATES } from '../../domain/leg.ts'
import { REQUEST_TABLE } from '../../domain/request.ts'
import { edgesOf } from '../../domain/state-table.ts'

export const MACHINES = ['request', 'leg', 'effect'] as const
export type Machine = (typeof MACHINES)[number]

export interface StateEdge {
  readonly machine: Machine
  /** Empty for the state in which a row may begin. */
  readonly from: string
  readonly to: string
  /** Allowed only when the row's own `returnTo` names the state. */
  readonly isReturn: boolean
}

/** Every step that a state column may take, from the state tables: what the trigger in the database goes by. */
export function stateEdges(): readonly StateEdge[] {
  return [
    { machine: 'request', from: '', to: 'received', isReturn: false },
    { machine: 'leg', from: '', to: 'open', isReturn: false },
    { machine: 'effect', from: '', to: 'ready', isReturn: false },
    ...plain('request', edgesOf(REQUEST_TABLE)),
    ...plain('leg', edgesOf(LEG_TABLE)),
    ...plain('effect', edgesOf(EFFECT_TABLE)),
    ...RETURN_STATES.map((to): StateEdge => ({ machine: 'leg', from: 'parked', to, isReturn: true })),
  ]
}

function plain(machine: Machine, edges: readonly (readonly [string, string])[]): StateEdge[] {
  return edges.map(([from, to]) => ({ machine, from, to, isReturn: false }))
}
