import { DsrError } from '../../src/connector/index.ts'

/**
 * Jira's own number as part of a path or query: the SDK writes path parameters as they are, and an issue *key* follows the
 * issue to other projects, so nothing but a number is ever sent.
 *
 * @throws DsrError `CONNECTOR_BUG`.
 */
export function numberIn(ref: string): string {
  if (!/^\d{1,18}$/.test(ref)) throw new DsrError('CONNECTOR_BUG', 'a reference is not a number of the vendor’s')
  return ref
}

/** An account id (`qm:…`, `712020:…`, older ones are hexadecimal). @throws DsrError `CONNECTOR_BUG`. */
export function accountIn(ref: string): string {
  if (!/^[A-Za-z0-9:_-]{1,128}$/.test(ref)) throw new DsrError('CONNECTOR_BUG', 'a reference is not an account id')
  return ref
}

/** A free name (of a property) as part of a path. @throws DsrError `CONNECTOR_BUG` for an empty one or a path of its own. */
export function nameIn(ref: string): string {
  if (ref === '' || ref === '.' || ref === '..') throw new DsrError('CONNECTOR_BUG', 'a call lacks a name')
  return encodeURIComponent(ref)
}

/** A ref of two halves: what something hangs on, and itself. The second half may hold further slashes. */
export function pairOf(one: string, other: string): string {
  return `${one}/${other}`
}

export function halvesOf(ref: string): readonly [first: string, second: string] {
  const at = ref.indexOf('/')
  return at < 0 ? [ref, ''] : [ref.slice(0, at), ref.slice(at + 1)]
}
