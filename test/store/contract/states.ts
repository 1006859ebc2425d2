import { describe, expect, it } from '@jest/globals'
import { EFFECT_TABLE, type EffectState } from '../../../src/domain/effect.ts'
import { LEG_TABLE, RETURN_STATES, type LegState, type ReturnState } from '../../../src/domain/leg.ts'
import { REQUEST_TABLE, type RequestState } from '../../../src/domain/request.ts'
import { edgesOf, statesOf } from '../../../src/domain/state-table.ts'
import type { Store } from '../../../src/ports/store.ts'
import { codeOf } from '../code-of.ts'
import { effectRow, legRow, requestRow } from '../rows.ts'

const REFUSED = 'ILLEGAL_TRANSITION'

/** Every pair of states of every machine, tried on rows that came to the first state by legal steps. */
export function describeStates(store: () => Store): void {
  describe('every pair of states', () => {
    it.each(statesOf(REQUEST_TABLE))(
      'takes a request from %s where the table leads, and nowhere else',
      async (from) => {
        const edges = edgesOf(REQUEST_TABLE)
        for (const to of statesOf(REQUEST_TABLE)) {
          const row = requestRow()
          const result = store().transact(async (tx) => {
            await tx.request.insert(row)
            for (const state of pathTo<RequestState>(edges, 'received', from))
              await tx.request.update(row.id, { state })
            await tx.request.update(row.id, { state: to })
          })
          expect([to, await codeOf(result)]).toEqual([to, isStep(edges, from, to) ? undefined : REFUSED])
        }
      },
    )

    it.each(statesOf(EFFECT_TABLE))('takes an effect from %s where the table leads, and nowhere else', async (from) => {
      const edges = edgesOf(EFFECT_TABLE)
      for (const to of statesOf(EFFECT_TABLE)) {
        const row = effectRow()
        const result = store().transact(async (tx) => {
          await tx.effect.insert(row)
          for (const state of pathTo<EffectState>(edges, 'ready', from)) await tx.effect.update(row.id, { state })
          await tx.effect.update(row.id, { state: to })
        })
        expect([to, await codeOf(result)]).toEqual([to, isStep(edges, from, to) ? undefined : REFUSED])
      }
    })

    it.each(statesOf(LEG_TABLE))('takes a leg from %s where the table leads, and nowhere else', async (from) => {
      const edges = edgesOf(LEG_TABLE)
      for (const to of statesOf(LEG_TABLE)) {
        const result = moveLeg(store(), { path: pathTo<LegState>(edges, 'open', from), returnTo: null, to })
        expect([to, await codeOf(result)]).toEqual([to, isStep(edges, from, to) ? undefined : REFUSED])
      }
    })

    it.each(RETURN_STATES)(
      'takes a leg that was parked from %s back there, to its end, and nowhere else',
      async (returnTo) => {
        for (const to of statesOf(LEG_TABLE)) {
          const isLegal = to === returnTo || to === 'settled' || to === 'parked'
          const result = moveLeg(store(), { path: ['parked'], returnTo, to })
          expect([to, await codeOf(result)]).toEqual([to, isLegal ? undefined : REFUSED])
        }
      },
    )

    it('lets a row begin in the first state only', async () => {
      for (const state of statesOf(REQUEST_TABLE)) {
        const code = await codeOf(store().transact((tx) => tx.request.insert(requestRow({ state }))))
        expect([state, code]).toEqual([state, state === 'received' ? undefined : REFUSED])
      }
      for (const state of statesOf(LEG_TABLE)) {
        const code = await codeOf(store().transact((tx) => tx.leg.insert(legRow({ state }))))
        expect([state, code]).toEqual([state, state === 'open' ? undefined : REFUSED])
      }
      for (const state of statesOf(EFFECT_TABLE)) {
        const code = await codeOf(store().transact((tx) => tx.effect.insert(effectRow({ state }))))
        expect([state, code]).toEqual([state, state === 'ready' ? undefined : REFUSED])
      }
    })
  })
}

interface LegMove {
  readonly path: readonly LegState[]
  readonly returnTo: ReturnState | null
  readonly to: LegState
}

function moveLeg(store: Store, { path, returnTo, to }: LegMove): Promise<void> {
  const row = legRow()
  return store.transact(async (tx) => {
    await tx.leg.insert(row)
    for (const state of path) await tx.leg.update(row.id, { state, returnTo })
    await tx.leg.update(row.id, { state: to })
  })
}

/** Staying is no step, and allowed. */
function isStep(edges: readonly (readonly [string, string])[], from: string, to: string): boolean {
  return from === to || edges.some((edge) => edge[0] === from && edge[1] === to)
}

/** The states after `start` on a shortest way to `goal`. */
function pathTo<State extends string>(edges: readonly (readonly [State, State])[], start: State, goal: State): State[] {
  const ways = new Map<State, State[]>([[start, []]])
  for (const [state, way] of ways) {
    for (const [from, to] of edges) {
      if (from === state && !ways.has(to)) ways.set(to, [...way, to])
    }
  }
  const way = ways.get(goal)
  if (way === undefined) throw new Error(`no way to ${goal}`)
  return way
}
