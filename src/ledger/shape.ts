import { DsrError } from '../domain/errors.ts'

/**
 * Strict readers for what a ledger file says. Each returns the value when it has the shape, and throws otherwise; a member that
 * no reader names is refused, so that nothing can ride along in a signed file.
 *
 * @throws DsrError `FIELD_INVALID`, with the path in `field`, never the value.
 */
export type Check<T> = (value: unknown, path: string) => T

type Fields = Readonly<Record<string, Check<unknown>>>
type Read<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]> }

/** An object with exactly these members; the optional ones may be absent. */
export function struct<R extends Fields>(required: R): Check<Read<R>>
export function struct<R extends Fields, O extends Fields>(required: R, optional: O): Check<Read<R> & Partial<Read<O>>>
export function struct(required: Fields, optional: Fields = {}): Check<unknown> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'not an object')
    const members = new Map<string, unknown>(Object.entries(value))
    for (const name of members.keys()) {
      if (!Object.hasOwn(required, name) && !Object.hasOwn(optional, name)) throw invalid(path, 'an unknown member')
    }
    for (const [name, check] of Object.entries(required)) {
      if (!members.has(name)) throw invalid(`${path}.${name}`, 'missing')
      check(members.get(name), `${path}.${name}`)
    }
    for (const [name, check] of Object.entries(optional)) {
      if (members.has(name)) check(members.get(name), `${path}.${name}`)
    }
    return value
  }
}

/** One of several objects told apart by their `kind`. */
export function tagged<V extends Readonly<Record<string, Check<{ readonly kind: string }>>>>(
  variants: V,
): Check<ReturnType<V[keyof V]>> {
  return (value, path) => {
    const kind: unknown = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
    if (typeof kind !== 'string' || !Object.hasOwn(variants, kind))
      throw invalid(`${path}.kind`, 'not of the closed list')
    // The kind picked the reader, and the reader checks the rest.
    return variants[kind]?.(value, path) as ReturnType<V[keyof V]>
  }
}

export function listOf<T>(check: Check<T>, limits: { min?: number; max: number }): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw invalid(path, 'not a list')
    if (value.length < (limits.min ?? 0) || value.length > limits.max)
      throw invalid(path, 'too few or too many members')
    return value.map((member: unknown, index) => check(member, `${path}[${index}]`))
  }
}

export function oneOf<const T extends string | number>(allowed: readonly T[]): Check<T> {
  return (value, path) => {
    const found = allowed.find((candidate) => candidate === value)
    if (found === undefined) throw invalid(path, 'not of the closed list')
    return found
  }
}

export function matching(pattern: RegExp, what: string): Check<string> {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw invalid(path, `not ${what}`)
    return value
  }
}

/** A count: an integer from `min` to 2^53-1. */
export function count(min = 0): Check<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) throw invalid(path, 'not a count')
    return value
  }
}

/** A code, name or opaque id (identity providers write `|` in theirs): no spaces, no `@`. */
export const code = matching(/^[A-Za-z0-9][A-Za-z0-9._:/|-]{0,127}$/, 'a code')
export const sha256 = matching(/^[0-9a-f]{64}$/, 'a SHA-256')
export const uuid = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID')
export const fileName = matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'a plain file name')

/** RFC 3339 in UTC with milliseconds, in the one form that `instantText` writes. */
export const instant: Check<string> = (value, path) => {
  if (
    typeof value !== 'string' ||
    !Number.isFinite(Date.parse(value)) ||
    instantText(Date.parse(value), path) !== value
  ) {
    throw invalid(path, 'not an RFC 3339 instant in UTC with milliseconds')
  }
  return value
}

/** A short fixed sentence of a policy, a law or a manifest; refused when it looks as if it carried a person's data. */
export const sentence: Check<string> = (value, path) => {
  if (typeof value !== 'string' || value.length === 0 || value.length > 500) throw invalid(path, 'not a short sentence')
  if (/[\p{Control}\p{Surrogate}]/u.test(value)) throw invalid(path, 'control characters')
  const withoutDates = value.replaceAll(/\b\d{4}-\d\d-\d\d\b/g, '')
  if (value.includes('@') || /\d(?:[ ./-]?\d){7,}/.test(withoutDates))
    throw invalid(path, 'it looks like personal data')
  return value
}

/** The instant as RFC 3339 in UTC. @throws DsrError `FIELD_INVALID` outside the years 1970 to 9999. */
export function instantText(ms: number, path: string): string {
  if (!Number.isSafeInteger(ms) || ms < 0 || ms > 253_402_300_799_999) throw invalid(path, 'not an instant')
  return new Date(ms).toISOString()
}

export function invalid(path: string, why: string): DsrError {
  return new DsrError('FIELD_INVALID', `the record is not well formed: ${why}`, { field: path })
}
