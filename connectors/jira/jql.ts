import { DsrError } from '../../src/connector/index.ts'
import { accountIn } from './ids.ts'

/** A text as a literal of Jira's query language. */
export function literal(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** The same words in this order. Jira compares words, whatever stands between them: the caller compares again. */
export function phrase(text: string): string {
  return literal(`"${text.replaceAll(/["\\]/g, ' ')}"`)
}

/** A field, or the number of a custom one, that names one of the accounts. */
export function namesOneOf(field: string, accountIds: readonly string[]): string {
  const custom = /^customfield_(\d+)$/.exec(field)
  return `${custom === null ? field : `cf[${custom[1] ?? ''}]`} in (${accountIds.map((id) => literal(accountIn(id))).join(', ')})`
}

export function anyOf(clauses: readonly string[]): string {
  if (clauses.length === 0) throw new DsrError('CONNECTOR_BUG', 'a query without a condition would find everything')
  return `${clauses.join(' OR ')} ORDER BY key`
}
