import { DsrError, textAt } from '../../src/connector/index.ts'
import { readingObject } from './answers.ts'
import type { Jira } from './client.ts'

/** Who the credential is. */
export interface Self {
  readonly accountId: string
}

/**
 * The positive control: the credential names its own account. Jira shows an unknown caller empty lists and 404, so nothing
 * is absent unless this worked before and after the looks.
 *
 * @throws DsrError `VENDOR_CREDENTIALS_REJECTED` (nobody, or no longer the same account) and those of the transport.
 */
export async function askSelf(api: Jira, before?: Self): Promise<Self> {
  const me = await readingObject(() => api.cloud.myself.getCurrentUser())
  const accountId = textAt(me, 'accountId')
  if (accountId === '')
    throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor does not say whose credential this is')
  if (before !== undefined && before.accountId !== accountId)
    throw new DsrError('VENDOR_CREDENTIALS_REJECTED', 'the credential became another account’s on the way')
  return { accountId }
}
