import { DsrError } from '../domain/errors.ts'

/** Both ends inclusive, as in HTTP. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The one range that a `Range` header asks for (RFC 9110 §14.1.2).
 *
 * @returns undefined for no header, another unit, several ranges, or one that is written wrong: the whole is sent then, as the RFC allows.
 * @throws DsrError `RANGE_INVALID` for a range that lies outside.
 */
export function byteRangeOf(header: string | undefined, totalBytes: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  const start = first === '' ? Math.max(0, totalBytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? totalBytes - 1 : Math.min(Number(last), totalBytes - 1)
  if (first !== '' && last !== '' && Number(last) < start) return undefined
  if (start > end) throw new DsrError('RANGE_INVALID', 'the range lies outside the archive', { field: 'Range' })
  return { start, end }
}
