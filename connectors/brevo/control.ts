import { createHash } from 'node:crypto'
import { DsrError, isAt, textAt } from '../../src/connector/index.ts'
import type { HttpReply, JsonObject } from '../../src/connector/index.ts'
import { listIn, readObject } from './answers.ts'
import type { Brevo } from './client.ts'
import { emailOf } from './mapping.ts'

/** Which account the key opens. */
export interface Self {
  /** Names the account without naming anybody; records carry it, so that another account's absence proves nothing. */
  readonly account: string
  /** Address of the account's owner, whom Brevo does not delete. */
  readonly ownerEmail: string | undefined
  readonly isEnterprise: boolean
  readonly about: JsonObject
  readonly reply: HttpReply
}

/**
 * The positive control: the key names its account.
 *
 * @throws DsrError `CONFIG_INVALID` when the records were read from another account, else as the transport.
 */
export async function askSelf(api: Brevo, accounts: readonly string[] = []): Promise<Self> {
  const reply = await api.send((client) => client.account.getAccount())
  const about = readObject(reply)
  const email = textAt(about, 'email')
  if (email === '') throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor does not say whose key this is')
  const organization = textAt(about, 'organization_id')
  const account =
    organization === '' ? createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 16) : organization
  if (accounts.some((one) => one !== '' && one !== account))
    throw new DsrError('CONFIG_INVALID', 'the key is of another Brevo account than the records', { field: 'token' })
  return { account, ownerEmail: emailOf(email), isEnterprise: isAt(about, 'enterprise'), about, reply }
}

/**
 * A control from the fast group of calls, beside a 404: every account has attributes.
 *
 * @throws DsrError `VENDOR_ANSWER_UNREADABLE` when it shows none, else as the transport.
 */
export async function askControl(api: Brevo): Promise<readonly JsonObject[]> {
  const attributes = listIn(readObject(await api.send((client) => client.contacts.getAttributes())), 'attributes')
  const known = attributes.filter((one) => textAt(one, 'name') !== '')
  if (known.length === 0)
    throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor shows an account without attributes')
  return known
}
