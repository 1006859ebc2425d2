import { CERTAIN } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject, Search } from '../../src/connector/index.ts'
import { findOfAccount } from './account-places.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { readFields } from './fields.ts'
import { findInAuditLog } from './audit-log.ts'
import { findInIssue } from './issue-places.ts'
import { changelogsOf, fetchIssues, idsByChange, idsByRole, idsByText } from './issues.ts'
import { involvementIn } from './involvement.ts'
import { findAccounts, readAccount } from './people.ts'
import type { Account } from './people.ts'
import { tracesIn } from './record.ts'
import type { Survey } from './record.ts'

/** What is known from the plan: looked at by its own id besides what the search finds. */
export interface Known {
  readonly accounts: readonly { readonly accountId: string; readonly kind: Account['kind'] }[]
  readonly issueIds: readonly string[]
  readonly ownRequests: ReadonlySet<string>
  /** Accounts and issues of somebody else, as a person decided. */
  readonly others: ReadonlySet<string>
}

export const NOTHING_KNOWN: Known = { accounts: [], issueIds: [], ownRequests: new Set(), others: new Set() }

export interface Surveyed {
  readonly records: AsyncIterable<FoundRecord>
  readonly survey: Survey
  /** False when the site cannot be asked who commented where. */
  readonly seesComments: () => boolean
  readonly issues: () => ReadonlyMap<string, JsonObject>
}

/**
 * Opens a look: control, then who the subject is. `records` reads the rest, and ends with the control again: a credential
 * that was revoked on the way would make everything after it look empty.
 */
export async function openSurvey(api: Jira, search: Search, known: Known = NOTHING_KNOWN): Promise<Surveyed> {
  const self = await askSelf(api)
  const fields = await readFields(api)
  const found = (await findAccounts(api, search, self)).filter(({ accountId }) => !known.others.has(accountId))
  const accounts = [...found]
  for (const { accountId, kind } of known.accounts) {
    const at = accounts.findIndex((account) => account.accountId === accountId)
    const doc = await readAccount(api, accountId)
    const account: Account = { accountId, kind, doc, attribution: CERTAIN, deskIds: accounts[at]?.deskIds ?? [] }
    if (at < 0) accounts.push(account)
    else accounts[at] = account
  }
  const survey: Survey = {
    api,
    search,
    self,
    site: { fields, privacyRequestType: api.options.privacyRequestType },
    accounts,
    own: new Set(accounts.map(({ accountId }) => accountId)),
    traces: tracesIn(search.identifiers),
    ownRequests: known.ownRequests,
  }
  const seen = { comments: true, issues: new Map<string, JsonObject>() as ReadonlyMap<string, JsonObject> }
  return {
    survey,
    records: recordsOf(survey, known, seen),
    seesComments: () => seen.comments,
    issues: () => seen.issues,
  }
}

interface Seen {
  comments: boolean
  issues: ReadonlyMap<string, JsonObject>
}

async function* recordsOf(survey: Survey, known: Known, seen: Seen): AsyncGenerator<FoundRecord, void, undefined> {
  const { api, self, accounts, search, site, own } = survey
  for (const account of accounts) yield* findOfAccount(survey, account)
  const accountIds = [...own]
  const changed = await idsByChange(api, accountIds)
  seen.comments = changed !== undefined
  const ids = [
    ...(await idsByRole(api, accountIds, site.fields)),
    ...(changed ?? []),
    ...(await idsByText(api, search.identifiers)),
    ...known.issueIds,
  ].filter((id) => !known.others.has(id))
  seen.issues = await fetchIssues(api, ids)
  const histories = await changelogsOf(api, [...seen.issues.keys()])
  for (const [id, issue] of seen.issues)
    yield* findInIssue(survey, { ...involvementIn(issue, own, site), history: histories.get(id) ?? [] })
  yield* findInAuditLog(survey)
  await askSelf(api, self)
}
