import type { Fault } from '../testing.ts'

export interface FaultyCall {
  readonly method: string
  /** Path with the query. */
  readonly path: string
  readonly isChange: boolean
}

/** The armed faults of a sandbox, oldest first; each is spent after its number of hits. */
export interface FaultLayer {
  arm(fault: Fault): void
  /** The fault that hits this call, counted as one hit, or undefined. */
  strike(call: FaultyCall): Fault['what'] | undefined
}

export function faultLayer(): FaultLayer {
  const armed: { readonly fault: Fault; left: number }[] = []
  return {
    arm: (fault) => void armed.push({ fault, left: fault.times }),
    strike(call) {
      const hit = armed.find(({ fault, left }) => left > 0 && isHit(fault, call))
      if (hit === undefined) return undefined
      hit.left -= 1
      return hit.fault.what
    },
  }
}

function isHit({ match }: Fault, call: FaultyCall): boolean {
  if (match === undefined) return true
  if (match.method !== undefined && match.method !== call.method) return false
  if (match.changesOnly === true && !call.isChange) return false
  return match.path === undefined || new RegExp(match.path.source, match.path.flags.replace('g', '')).test(call.path)
}
