import { DsrError, expectObject, isDsrError, objectsAt, readJson, textAt } from '../../src/connector/index.ts'
import type { HttpReply, JsonObject } from '../../src/connector/index.ts'

/** What a changing call came to: its answer, or the status with which Intercom refused it. */
export type Written =
  | { readonly kind: 'answered'; readonly answer: JsonObject }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }

/**
 * The answer of a reading call.
 *
 * @throws DsrError `VENDOR_SCOPE_MISSING` (403), `VENDOR_REFUSED` (403 of the plan, any other status but 200),
 *   `VENDOR_ANSWER_UNREADABLE`.
 */
export function readAnswer(reply: HttpReply): JsonObject {
  if (reply.status === 200) return expectObject(readJson(reply))
  throw refusal(reply)
}

/** As `readAnswer`; undefined when Intercom says in its own words that there is no such record, and only then. */
export function readOrAbsent(reply: HttpReply): JsonObject | undefined {
  if (reply.status !== 404) return readAnswer(reply)
  expectErrorList(reply)
  return undefined
}

/** A 404 of something in between (a gateway, a wrong host) is no answer about a record. */
export function expectErrorList(reply: HttpReply): void {
  if (textAt(expectObject(readJson(reply)), 'type') !== 'error.list')
    throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the answer is not of the documented shape')
}

/**
 * The answer of a changing call.
 *
 * @throws DsrError `VENDOR_SCOPE_MISSING` (403: nothing was done), `VENDOR_ANSWER_UNREADABLE` with `mayHaveArrived`.
 */
export function writtenAnswer(reply: HttpReply): Written {
  if (reply.status === 403 && codeOf(reply) !== 'api_plan_restricted') throw refusal(reply)
  if (reply.status !== 200) return { kind: 'refused', status: reply.status, code: codeOf(reply) }
  try {
    return { kind: 'answered', answer: expectObject(readJson(reply)) }
  } catch (error) {
    if (!isDsrError(error)) throw error
    throw new DsrError(error.code, error.message, { mayHaveArrived: true })
  }
}

/** The code of Intercom's error, '' when it names none. */
export function codeOf(reply: HttpReply): string {
  try {
    const [first] = objectsAt(readJson(reply), 'errors')
    return textAt(first, 'code')
  } catch (error) {
    if (isDsrError(error)) return ''
    throw error
  }
}

function refusal(reply: HttpReply): DsrError {
  if (reply.status === 403 && codeOf(reply) === 'api_plan_restricted')
    return new DsrError('VENDOR_REFUSED', 'the plan of the account does not allow the call')
  if (reply.status === 403)
    return new DsrError('VENDOR_SCOPE_MISSING', 'the vendor answered 403: the credential lacks a scope')
  return new DsrError('VENDOR_REFUSED', `the vendor answered ${reply.status}`)
}
