import { isDsrError } from '../../../src/connector/index.ts'
import type { ErrorCode } from '../../../src/connector/index.ts'

/** A promise of the contract that a connector broke. `rule` is stable: the mutants name it. */
export class Violation extends Error {
  readonly rule: string

  constructor(rule: string, where: string, cause?: unknown) {
    super(`${rule} (${where})`, { cause })
    this.rule = rule
  }
}

/** @throws Violation unless the statement holds. */
export function holds(isTrue: boolean, rule: string, where = ''): asserts isTrue {
  if (!isTrue) throw new Violation(rule, where)
}

export type Ending<Result> =
  | { readonly kind: 'returned'; readonly result: Result }
  | {
      readonly kind: 'failed'
      readonly code: ErrorCode
      readonly retryAfterMs?: number
      readonly mayHaveArrived: boolean
    }

/** How a verb ended; anything but a DsrError is a violation, since the engine decides by code. */
export async function endingOf<Result>(
  work: Promise<Result>,
  met: (error: unknown) => unknown,
): Promise<Ending<Result>> {
  try {
    return { kind: 'returned', result: await work }
  } catch (error) {
    met(error)
    if (error instanceof Violation) throw error
    if (!isDsrError(error))
      throw new Violation('throws only DsrErrors', error instanceof Error ? error.name : typeof error)
    const { code, mayHaveArrived, retryAfterMs } = error
    return { kind: 'failed', code, mayHaveArrived, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }
}
