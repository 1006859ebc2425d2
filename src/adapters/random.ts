import { randomBytes, randomUUID } from 'node:crypto'
import type { Random } from '../ports/runtime.ts'

/** The system's randomness. */
export const systemRandom: Random = {
  uuid: () => randomUUID(),
  bytes: (length) => randomBytes(length),
}
