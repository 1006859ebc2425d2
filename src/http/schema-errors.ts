import type { z } from 'zod'
import { DsrError } from '../domain/errors.ts'

type Issue = z.core.$ZodIssue

// A name of a field is told back only when it looks like one: some callers put addresses where names belong.
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,40}$/

/**
 * What is wrong with a body, query or path, as one of our errors. Values are never told back.
 *
 * @param place - `params` turns every fault into `NOT_FOUND`: what is no id names nothing.
 */
export function errorOfIssues(issues: readonly Issue[], place: string): DsrError {
  if (place === 'params') return new DsrError('NOT_FOUND', 'not found')
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys')
  if (unknown) return unknownField(unknown.path, unknown.keys)
  const [issue] = issues
  if (!issue) return new DsrError('FIELD_INVALID', 'the body is not valid')
  const field = pathOf(issue.path)
  const details = field === '' ? {} : { field }
  if (field === 'right' && issue.code === 'invalid_value')
    return new DsrError('RIGHT_UNKNOWN', 'this right is not known', details)
  if (field === 'subject_identities' && (issue.code === 'too_small' || isMissing(issue)))
    return new DsrError('IDENTIFIER_MISSING', 'at least one identifier is needed', details)
  return new DsrError('FIELD_INVALID', isMissing(issue) ? 'the field is missing' : issue.message, details)
}

function unknownField(path: readonly PropertyKey[], keys: readonly string[]): DsrError {
  const key = keys.find((name) => FIELD_NAME.test(name))
  const field = key === undefined ? pathOf(path) : pathOf([...path, key])
  return new DsrError('FIELD_UNKNOWN', 'this field is not known', field === '' ? {} : { field })
}

function isMissing(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map(String)
    .filter((name) => FIELD_NAME.test(name) || /^\d{1,4}$/.test(name))
    .join('.')
}
