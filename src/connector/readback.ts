import { createHash } from 'node:crypto'
import type { Readback } from '../domain/part.ts'
import type { Clock } from './contract.ts'

/** One look, as the record shows it: the digest covers what was asked and how much was seen, and no personal data. */
export function readbackOf(clock: Clock, queryClass: string, result: number): Readback {
  const atMs = clock.nowMs()
  const facts = JSON.stringify({ atMs, queryClass, result })
  return { queryClass, result, responseDigest: createHash('sha256').update(facts).digest('hex'), atMs }
}
