import { DsrError } from '../../src/connector/index.ts'
import type { Context } from '../../src/connector/index.ts'

/** Where the connector looks: the account of the key ('') and the subusers that the configuration names. */
export function subusersOf(context: Context): readonly string[] {
  const listed = context.account.options.subusers
  if (listed === undefined) return ['']
  if (!Array.isArray(listed) || listed.length === 0 || !listed.every((one) => typeof one === 'string'))
    throw new DsrError('CONFIG_INVALID', 'options.subusers must be a list of names', { field: 'options.subusers' })
  return [...new Set(listed as readonly string[])]
}

/** Whether the account is at the EU host, which has no Marketing Campaigns and no Email Activity. */
export function isEu(context: Context): boolean {
  return context.account.options.region === 'eu' || new URL(context.account.baseUrl).hostname === 'api.eu.sendgrid.com'
}

export type SuppressRule = 'found' | 'always' | 'never'

export function suppressRule(context: Context): SuppressRule {
  const rule = context.account.options.suppress ?? 'found'
  if (rule !== 'found' && rule !== 'always' && rule !== 'never')
    throw new DsrError('CONFIG_INVALID', 'options.suppress is unknown', { field: 'options.suppress' })
  return rule
}
