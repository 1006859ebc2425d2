import { chunks, DsrError, expectObject, objectAt, objectsAt, pages, textAt } from '../../src/connector/index.ts'
import type { Identifier, JsonObject } from '../../src/connector/index.ts'
import { all, entriesOf, pagesOf, readingObject, readingUnless } from './answers.ts'
import type { Jira } from './client.ts'
import type { Fields } from './fields.ts'
import { accountIn, numberIn } from './ids.ts'
import { anyOf, literal, namesOneOf, phrase } from './jql.ts'

/** Most issues, or ids, that one call may carry (published document). */
const ISSUES_PER_FETCH = 100
const ISSUES_PER_CHANGELOG = 1_000
const IDS_PER_PAGE = 5_000
const CHANGES_PER_PAGE = 1_000
const PER_PAGE = 100

/** Ids of issues in which one of the accounts has a part that Jira can be asked for. */
export async function idsByRole(api: Jira, accountIds: readonly string[], fields: Fields): Promise<readonly string[]> {
  if (accountIds.length === 0) return []
  const asked = [
    ...['reporter', 'creator', 'assignee', 'worklogAuthor', ...fields.person, ...fields.people, ...fields.participants],
    ...(api.options.notInUse.has('watches') ? [] : ['watcher']),
    ...(api.options.notInUse.has('votes') ? [] : ['voter']),
  ]
  return search(api, anyOf(asked.map((field) => namesOneOf(field, accountIds))))
}

/**
 * Ids of issues that one of the accounts changed, a comment included.
 *
 * @returns undefined when the site does not know this question (400).
 */
export async function idsByChange(api: Jira, accountIds: readonly string[]): Promise<readonly string[] | undefined> {
  if (accountIds.length === 0) return []
  const jql = anyOf(accountIds.map((id) => `issuekey in updatedBy(${literal(accountIn(id))})`))
  const first = await readingUnless(() => searchPage(api, jql, undefined), 400)
  return first === undefined ? undefined : search(api, jql)
}

/** Ids of issues whose text may hold one of the identifiers. Jira compares words: whoever asks compares again. */
export async function idsByText(api: Jira, identifiers: readonly Identifier[]): Promise<readonly string[]> {
  if (identifiers.length === 0) return []
  return search(api, anyOf(identifiers.map(({ value }) => `text ~ ${phrase(value)}`)))
}

async function search(api: Jira, jql: string): Promise<readonly string[]> {
  const found = pages<string>(async (cursor) => {
    const page = await readingObject(() => searchPage(api, jql, cursor))
    const next = textAt(page, 'nextPageToken')
    if (page.isLast === false && next === '')
      throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor does not say where its next page is')
    const entries = entriesOf(page.issues).map((issue) => numberIn(textAt(issue, 'id')))
    return { entries, ...(page.isLast === true || next === '' ? {} : { next }) }
  })
  return [...new Set(await all(found))]
}

function searchPage(api: Jira, jql: string, nextPageToken: string | undefined): Promise<unknown> {
  return api.cloud.issueSearch.searchAndReconsileIssuesUsingJqlPost({
    jql,
    fields: ['id'],
    maxResults: IDS_PER_PAGE,
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  })
}

/**
 * Issues by number, with everything that comes along. What is not there, or not to be seen, is left out.
 *
 * @throws DsrError `VENDOR_ANSWER_UNREADABLE` when the answer says nothing about an issue that was asked for.
 */
export async function fetchIssues(api: Jira, ids: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
  const found = new Map<string, JsonObject>()
  for (const some of chunks([...new Set(ids)], ISSUES_PER_FETCH)) {
    const answer = await readingObject(() =>
      api.cloud.issues.bulkFetchIssues({ issueIdsOrKeys: some.map(numberIn), fields: ['*all'] }),
    )
    for (const issue of entriesOf(answer.issues)) found.set(textAt(issue, 'id'), issue)
    const missing = new Set(objectsAt(answer, 'issueErrors').map((one) => textAt(one, 'id')))
    if (some.some((id) => !found.has(id) && !missing.has(id)))
      throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor does not answer for every issue')
  }
  return found
}

/** All comments of an issue: the issue itself brings the first page only. */
export function commentsOf(api: Jira, issue: JsonObject): Promise<readonly JsonObject[]> {
  const id = numberIn(textAt(issue, 'id'))
  return whole(issue, ['comment', 'comments'], (startAt) =>
    api.cloud.issueComments.getComments({ issueIdOrKey: id, startAt, maxResults: PER_PAGE }),
  )
}

export function worklogsOf(api: Jira, issue: JsonObject): Promise<readonly JsonObject[]> {
  const id = numberIn(textAt(issue, 'id'))
  return whole(issue, ['worklog', 'worklogs'], (startAt) =>
    api.cloud.issueWorklogs.getIssueWorklog({ issueIdOrKey: id, startAt, maxResults: PER_PAGE }),
  )
}

async function whole(
  issue: JsonObject,
  [field, list]: readonly [string, string],
  fetchPage: (startAt: number) => Promise<unknown>,
): Promise<readonly JsonObject[]> {
  const first = objectAt(issue, 'fields', field)
  const entries = objectsAt(first, list)
  const isWhole = typeof first.total === 'number' && first.total === entries.length
  return isWhole ? entries : all(pagesOf(list, fetchPage))
}

/** The histories of issues; an issue without one is left out. */
export async function changelogsOf(
  api: Jira,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly JsonObject[]>> {
  const found = new Map<string, JsonObject[]>()
  for (const some of chunks([...new Set(ids)], ISSUES_PER_CHANGELOG)) {
    const logs = pages<JsonObject>(async (cursor) => {
      const answer = await readingObject(() =>
        api.cloud.issues.getBulkChangelogs({
          issueIdsOrKeys: some.map(numberIn),
          maxResults: CHANGES_PER_PAGE,
          ...(cursor === undefined ? {} : { nextPageToken: cursor }),
        }),
      )
      const next = textAt(answer, 'nextPageToken')
      return { entries: entriesOf(answer.issueChangeLogs), ...(next === '' ? {} : { next }) }
    })
    for await (const log of logs) {
      const id = textAt(log, 'issueId')
      found.set(id, [...(found.get(id) ?? []), ...entriesOf(expectObject(log).changeHistories)])
    }
  }
  return found
}
