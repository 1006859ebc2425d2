import { CERTAIN, identifierOf, isRoleMailbox, isSameName, objectsAt, textAt } from '../../src/connector/index.ts'
import type { Attribution, JsonObject, Search } from '../../src/connector/index.ts'
import { all, deskPages, entriesOf, readingObject, readingUnless, reading } from './answers.ts'
import type { Jira } from './client.ts'
import type { Self } from './control.ts'
import { accountIn, numberIn } from './ids.ts'

/** One account that answers to an address of the subject. */
export interface Account {
  readonly accountId: string
  /** A customer has nothing but the portal; the account of anybody else is Atlassian's. */
  readonly kind: 'customer' | 'atlassian'
  /** undefined = Jira does not know it any more; issues may still name it. */
  readonly doc: JsonObject | undefined
  readonly attribution: Attribution
  readonly deskIds: readonly string[]
}

const EXPERIMENTAL = { 'X-ExperimentalApi': 'opt-in' }
const PER_PAGE = 50

type Reason = Extract<Attribution, { kind: 'candidate' }>['reason']

interface Hit {
  readonly accountId: string
  readonly email: string
  readonly name: string
  /** Jira hides the address: it was found by exactly this address, which it does not show. */
  readonly isHidden: boolean
  readonly deskIds: string[]
}

/** Accounts found by address, compared again exactly: Jira's own searches match beginnings of names and addresses. */
export async function findAccounts(api: Jira, search: Search, self: Self): Promise<readonly Account[]> {
  const emails = search.identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value)
  const hits = new Map<string, Hit>()
  for (const hit of [...(await customersOf(api, emails)), ...(await usersOf(api, emails))]) {
    const known = hits.get(hit.accountId)
    if (known === undefined) hits.set(hit.accountId, hit)
    else known.deskIds.push(...hit.deskIds)
  }
  const accounts: Account[] = []
  for (const hit of hits.values()) {
    const doc = await readAccount(api, hit.accountId)
    const isCustomer =
      textAt(doc, 'accountType') === 'customer' || (doc === undefined && hit.accountId.startsWith('qm:'))
    if (textAt(doc, 'accountType') === 'app') continue
    accounts.push({ ...hit, kind: isCustomer ? 'customer' : 'atlassian', doc, attribution: CERTAIN })
  }
  return accounts.map((account) => ({
    ...account,
    attribution: worthOf(api, search, { account, hits, accounts, self }),
  }))
}

/** The account by its id; undefined when Jira no longer knows it, or only as "Former user". */
export async function readAccount(api: Jira, accountId: string): Promise<JsonObject | undefined> {
  const found = await readingUnless(() => api.cloud.users.getUser({ accountId: accountIn(accountId) }))
  if (found === undefined) return undefined
  const [doc] = entriesOf([found])
  return doc === undefined || isFormer(doc) ? undefined : doc
}

function isFormer(doc: JsonObject): boolean {
  return doc.active === false && textAt(doc, 'displayName').startsWith('Former user')
}

async function customersOf(api: Jira, emails: readonly string[]): Promise<readonly Hit[]> {
  if (api.options.notInUse.has('desks') || emails.length === 0) return []
  const hits: Hit[] = []
  for (const deskId of await deskIdsOf(api)) {
    for (const email of emails) {
      const customers = await all(customersLike(api, deskId, email))
      const exact = customers.filter((customer) => emailOf(customer) === email)
      hits.push(...exact.map((customer) => ({ ...hitOf(customer, email), deskIds: [deskId] })))
    }
  }
  return hits
}

/** Customers of a desk whose name or address looks like the text. The SDK lost this experimental call in version 6. */
export function customersLike(api: Jira, deskId: string, text: string) {
  return deskPages((start) => {
    const query = new URLSearchParams({ query: text, start: String(start), limit: String(PER_PAGE) })
    const path = `/rest/servicedeskapi/servicedesk/${numberIn(deskId)}/customer?${query.toString()}`
    return api.raw({ method: 'GET', path, headers: EXPERIMENTAL })
  })
}

export async function deskIdsOf(api: Jira): Promise<readonly string[]> {
  const desks = await all(deskPages((start) => api.desk.servicedesk.getServiceDesks({ start, limit: PER_PAGE })))
  return desks.map((desk) => textAt(desk, 'id'))
}

async function usersOf(api: Jira, emails: readonly string[]): Promise<readonly Hit[]> {
  const hits: Hit[] = []
  for (const email of emails) {
    for (const user of await searchUsers(api, email)) if (emailOf(user) === email) hits.push(hitOf(user, email))
    // The picker alone finds people who hide their address, by exactly this address.
    const found = await readingObject(() =>
      api.cloud.groupAndUserPicker.findUsersAndGroups({ query: email, maxResults: PER_PAGE }),
    )
    for (const { accountId } of entriesOf(objectsAt(found, 'users', 'users'))) {
      const id = textAt({ id: accountId ?? null }, 'id')
      if (id === '' || hits.some((hit) => hit.accountId === id)) continue
      const doc = await readAccount(api, id)
      if (doc !== undefined && emailOf(doc) === undefined) hits.push({ ...hitOf(doc, email), isHidden: true })
    }
  }
  return hits
}

/** The list has no total and no end mark: it ends with an empty page. */
async function searchUsers(api: Jira, query: string): Promise<readonly JsonObject[]> {
  const users: JsonObject[] = []
  // Jira gives no more than the first thousand (published document).
  for (let startAt = 0; startAt < 1_000;) {
    const page = entriesOf(
      await reading(() => api.cloud.userSearch.findUsers({ query, startAt, maxResults: PER_PAGE })),
    )
    if (page.length === 0) break
    users.push(...page)
    startAt += page.length
  }
  return users
}

function hitOf(user: JsonObject, email: string): Hit {
  const [accountId, name] = [textAt(user, 'accountId'), textAt(user, 'displayName')]
  return { accountId, email, name, isHidden: false, deskIds: [] }
}

function emailOf(user: JsonObject): string | undefined {
  return identifierOf('email', textAt(user, 'emailAddress'))?.value
}

interface Weighing {
  readonly account: Account
  readonly hits: ReadonlyMap<string, Hit>
  readonly accounts: readonly Account[]
  readonly self: Self
}

function worthOf({ context }: Jira, search: Search, { account, hits, accounts, self }: Weighing): Attribution {
  const doubt = (reason: Reason): Attribution => ({ kind: 'candidate', reason })
  const hit = hits.get(account.accountId)
  if (hit === undefined) return CERTAIN
  if (account.accountId === self.accountId) return doubt('vendor_seat')
  if (isRoleMailbox(hit.email)) return doubt('role_mailbox')
  if (context.account.ownDomains.includes(hit.email.split('@')[1] ?? '')) return doubt('own_domain')
  const isTwice = accounts.some(
    (other) => other !== account && other.kind === account.kind && hits.get(other.accountId)?.email === hit.email,
  )
  if (isTwice) return doubt('address_on_two_records')
  // A customer without a name of its own is shown by its address.
  const isNamed = hit.name !== '' && !hit.name.includes('@')
  const isSame = search.names.some((name) => isSameName(name, hit.name))
  if (isNamed && !isSame && (hit.isHidden || search.names.length > 0)) return doubt('differing_names')
  return hit.isHidden && !isSame ? doubt('differing_names') : CERTAIN
}
