import { listAt, textAt } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { deskPages, entriesOf, pagesOf, reading, readingObject, readingUnless } from './answers.ts'
import { accountIn, nameIn, pairOf } from './ids.ts'
import type { Account } from './people.ts'
import { recordOf } from './record.ts'
import type { Survey } from './record.ts'

type Found = AsyncGenerator<FoundRecord, void, undefined>

const PER_PAGE = 50

/** The account, and what hangs on it alone. */
export async function* findOfAccount(survey: Survey, account: Account): Found {
  const { accountId, kind, doc, attribution, deskIds } = account
  if (doc !== undefined)
    yield recordOf(survey, doc, {
      part: kind === 'customer' ? 'account' : 'atlassian_account',
      ref: accountId,
      attribution,
      label: `${textAt(doc, 'displayName')}, ${kind === 'customer' ? 'portal customer' : 'Atlassian account'}`,
    })
  const child = { parentRef: accountId, attribution }
  for (const deskId of new Set(deskIds))
    yield recordOf(survey, { desk: deskId }, { ...child, part: 'desks', ref: pairOf(deskId, accountId) })
  // What hangs on an account that Jira no longer knows cannot be asked for.
  if (doc === undefined) return
  yield* organisations(survey, account)
  if (kind === 'customer') return
  yield* groups(survey, account)
  yield* userProperties(survey, account)
  yield* filters(survey, account)
  yield* dashboards(survey, account)
}

async function* organisations(survey: Survey, { accountId, attribution }: Account): Found {
  const { api } = survey
  if (api.options.notInUse.has('organisations')) return
  const list = deskPages((start) =>
    api.desk.organization.getOrganizations({ accountId: accountIn(accountId), start, limit: PER_PAGE }),
  )
  for await (const one of list)
    yield recordOf(survey, one, {
      part: 'organisations',
      ref: pairOf(textAt(one, 'id'), accountId),
      parentRef: accountId,
      attribution,
    })
}

async function* groups(survey: Survey, { accountId, attribution }: Account): Found {
  const { api } = survey
  if (api.options.notInUse.has('groups')) return
  for (const group of entriesOf(
    await reading(() => api.cloud.users.getUserGroups({ accountId: accountIn(accountId) })),
  ))
    yield recordOf(survey, group, {
      part: 'groups',
      ref: pairOf(textAt(group, 'groupId'), accountId),
      parentRef: accountId,
      attribution,
    })
}

async function* userProperties(survey: Survey, { accountId, attribution }: Account): Found {
  const { api } = survey
  if (api.options.notInUse.has('user_properties')) return
  const found = await readingObject(() =>
    api.cloud.userProperties.getUserPropertyKeys({ accountId: accountIn(accountId) }),
  )
  for (const { key } of entriesOf(found.keys)) {
    const name = textAt({ key: key ?? null }, 'key')
    const property = await readingUnless(() =>
      api.cloud.userProperties.getUserProperty({ accountId: accountIn(accountId), propertyKey: nameIn(name) }),
    )
    if (property === undefined) continue
    const [content = {}] = entriesOf([property])
    yield recordOf(survey, content, {
      part: 'user_properties',
      ref: pairOf(accountId, name),
      parentRef: accountId,
      attribution,
    })
  }
}

async function* filters(survey: Survey, { accountId, attribution }: Account): Found {
  const { api } = survey
  if (api.options.notInUse.has('filters')) return
  const list = pagesOf('values', (startAt) =>
    api.cloud.filters.getFiltersPaginated({
      accountId: accountIn(accountId),
      startAt,
      maxResults: PER_PAGE,
      expand: 'description,jql,owner,sharePermissions',
      // Filters that nobody else sees are the person's as well.
      overrideSharePermissions: true,
    }),
  )
  for await (const filter of list)
    yield recordOf(survey, filter, {
      part: 'filters',
      ref: textAt(filter, 'id'),
      parentRef: accountId,
      attribution: shared(filter, attribution),
      label: textAt(filter, 'name'),
    })
}

async function* dashboards(survey: Survey, { accountId, attribution }: Account): Found {
  const { api } = survey
  if (api.options.notInUse.has('dashboards')) return
  const list = pagesOf('values', (startAt) =>
    api.cloud.dashboards.getDashboardsPaginated({ accountId: accountIn(accountId), startAt, maxResults: PER_PAGE }),
  )
  for await (const dashboard of list)
    yield recordOf(survey, dashboard, {
      part: 'dashboards',
      ref: textAt(dashboard, 'id'),
      parentRef: accountId,
      attribution,
      label: textAt(dashboard, 'name'),
    })
}

/** A filter that is shared may be what others work with: a person decides. */
function shared(filter: JsonObject, attribution: Attribution): Attribution {
  const isShared = listAt(filter, 'sharePermissions').length > 0
  return isShared && attribution.kind === 'certain' ? { kind: 'candidate', reason: 'shared_record' } : attribution
}
