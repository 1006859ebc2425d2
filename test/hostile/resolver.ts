import type { lookup, LookupAddress } from 'node:dns'
import { isIP } from 'node:net'

type Resolve = typeof lookup
type Done = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

/** A resolver whose names lead, look-up by look-up, where `answers` say; the last answer stays. */
export function resolverOf(answers: readonly (readonly string[])[]): Resolve {
  let asked = 0
  const resolve = (_: string, __: unknown, done: Done): void => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? []
    asked += 1
    done(
      null,
      answer.map((address) => ({ address, family: isIP(address) })),
    )
  }
  // Only the form with options and a callback is asked for: this is the border where the other overloads are dropped.
  return resolve as unknown as Resolve
}
