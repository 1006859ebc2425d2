import { DsrError } from '../../domain/errors.ts'
import type { GetOptions } from '../../ports/objects.ts'

export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The bytes asked for, both ends inclusive and inside the object; undefined for all of it.
 *
 * @throws DsrError `FIELD_INVALID` when the object has no byte at `start`.
 */
export function resolveRange(range: GetOptions['range'], bytes: number): ByteRange | undefined {
  if (range === undefined) return undefined
  const end = Math.min(range.end ?? bytes - 1, bytes - 1)
  const isInside =
    Number.isSafeInteger(range.start) && Number.isSafeInteger(end) && range.start >= 0 && range.start <= end
  if (!isInside) throw new DsrError('FIELD_INVALID', 'the range lies outside the object', { field: 'range' })
  return { start: range.start, end }
}
