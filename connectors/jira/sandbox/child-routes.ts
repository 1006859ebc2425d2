import { textAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { commentHistory, watchersSeen } from './issue-routes.ts'
import { entrySeen, idsIn, notFound, NOTHING, ok, pageOf, personSeen, refuse, without } from './replies.ts'
import { BOT, instant, issueAt, newId, plainOf } from './state.ts'
import type { Desk, Doc, StoredIssue } from './state.ts'

const ISSUE = '/rest/api/3/issue/:id'

type Handle = (issue: StoredIssue, request: SandboxRequest) => SandboxReply

/** What hangs on an issue. */
export function childRoutes(desk: Desk): readonly SandboxRoute[] {
  const on = (handle: Handle) => (request: SandboxRequest) => {
    const issue = issueAt(desk, request.params.id ?? '')
    return issue === undefined ? notFound() : handle(issue, request)
  }
  return [
    ...commentRoutes(desk, on),
    ...worklogRoutes(desk, on),
    ...attachmentRoutes(desk),
    {
      method: 'GET',
      path: `${ISSUE}/watchers`,
      handle: on((issue) => ok(watchersSeen(desk, issue))),
    },
    {
      method: 'DELETE',
      path: `${ISSUE}/watchers`,
      handle: on((issue, { query }) => {
        const accountId = query.get('accountId') ?? ''
        if (!issue.watchers.includes(accountId)) return notFound()
        issue.watchers = issue.watchers.filter((id) => id !== accountId)
        return NOTHING
      }),
    },
    {
      method: 'GET',
      path: `${ISSUE}/votes`,
      handle: on((issue) => {
        const voters = issue.voters.map((id) => personSeen(desk, id))
        return ok({ votes: voters.length, hasVoted: false, voters })
      }),
    },
    ...propertyRoutes(on),
    ...linkRoutes(desk, on),
  ]
}

type On = (handle: Handle) => (request: SandboxRequest) => SandboxReply

function found(list: readonly Doc[], id: string | undefined): Doc | undefined {
  return list.find((one) => textAt(one, 'id') === id)
}

function commentRoutes(desk: Desk, on: On): readonly SandboxRoute[] {
  const every = (): readonly Doc[] => issuesOf(desk).flatMap(({ comments }) => comments)
  return [
    {
      method: 'POST',
      path: '/rest/api/3/comment/list',
      isChange: false,
      handle: (request) => {
        const ids = new Set(idsIn(request, 'ids'))
        const values = every()
          .filter((one) => ids.has(textAt(one, 'id')))
          .map((one) => entrySeen(desk, one))
        return ok({ startAt: 0, maxResults: 1_000, total: values.length, isLast: true, values })
      },
    },
    {
      method: 'GET',
      path: `${ISSUE}/comment`,
      handle: on((issue, request) =>
        ok(pageOf(desk, request, ['comments', issue.comments.map((one) => entrySeen(desk, one))])),
      ),
    },
    {
      method: 'POST',
      path: `${ISSUE}/comment`,
      handle: on((issue, request) => {
        const comment = addComment(desk, issue, { author: BOT, body: bodyOf(request)?.body ?? null })
        return { status: 201, json: entrySeen(desk, comment) }
      }),
    },
    ...oneCommentRoutes(desk, on),
  ]
}

function oneCommentRoutes(desk: Desk, on: On): readonly SandboxRoute[] {
  const path = `${ISSUE}/comment/:child`
  return [
    {
      method: 'GET',
      path,
      handle: on(({ comments }, { params }) => {
        const comment = found(comments, params.child)
        return comment === undefined ? notFound() : ok(entrySeen(desk, comment))
      }),
    },
    {
      method: 'PUT',
      path,
      handle: on(({ comments }, request) => {
        const comment = found(comments, request.params.child)
        if (comment === undefined) return notFound()
        comment.body = bodyOf(request)?.body ?? null
        comment.updated = instant(desk.nowMs())
        return ok(entrySeen(desk, comment))
      }),
    },
    {
      method: 'DELETE',
      path,
      handle: on((issue, { params }) => {
        const comment = found(issue.comments, params.child)
        if (comment === undefined) return notFound()
        issue.comments = issue.comments.filter((one) => one !== comment)
        commentHistory(desk, issue, plainOf(comment.body))
        return NOTHING
      }),
    },
  ]
}

function issuesOf(desk: Desk): readonly StoredIssue[] {
  return [...desk.vendor.issues.values()].flatMap(({ id }) => issueAt(desk, id) ?? [])
}

interface Written {
  readonly author: string
  readonly body: JsonValue
}

export function addComment(desk: Desk, issue: StoredIssue, { author, body }: Written): Doc {
  const created = instant(desk.nowMs() - 100 * 86_400_000)
  const comment = { id: newId(desk.vendor), author: { accountId: author }, body, created, updated: created }
  issue.comments.push(comment)
  issue.updatedBy.push(author)
  return comment
}

function worklogRoutes(desk: Desk, on: On): readonly SandboxRoute[] {
  const path = `${ISSUE}/worklog/:child`
  return [
    {
      method: 'POST',
      path: '/rest/api/3/worklog/list',
      isChange: false,
      handle: (request) => {
        const ids = new Set(idsIn(request, 'ids'))
        const all = issuesOf(desk).flatMap(({ worklogs }) => worklogs)
        return ok(all.filter((one) => ids.has(textAt(one, 'id'))).map((one) => entrySeen(desk, one)))
      },
    },
    {
      method: 'GET',
      path: `${ISSUE}/worklog`,
      handle: on((issue, request) =>
        ok(pageOf(desk, request, ['worklogs', issue.worklogs.map((one) => entrySeen(desk, one))])),
      ),
    },
    {
      method: 'GET',
      path,
      handle: on(({ worklogs }, { params }) => {
        const worklog = found(worklogs, params.child)
        return worklog === undefined ? notFound() : ok(entrySeen(desk, worklog))
      }),
    },
    {
      method: 'DELETE',
      path,
      handle: on((issue, { params }) => {
        const worklog = found(issue.worklogs, params.child)
        if (worklog === undefined) return notFound()
        issue.worklogs = issue.worklogs.filter((one) => one !== worklog)
        return NOTHING
      }),
    },
  ]
}

function attachmentRoutes(desk: Desk): readonly SandboxRoute[] {
  const owner = (id: string | undefined): readonly [StoredIssue, Doc] | undefined => {
    for (const issue of issuesOf(desk)) {
      const file = found(issue.attachments, id)
      if (file !== undefined) return [issue, file]
    }
    return undefined
  }
  return [
    {
      method: 'GET',
      path: '/rest/api/3/attachment/content/:id',
      handle: ({ params, query }) => {
        const one = owner(params.id)
        if (one === undefined) return refuse(404, 'The attachment does not exist.')
        // With a redirect the bytes lie on another host.
        if (query.get('redirect') !== 'false')
          return { status: 303, headers: { location: 'https://media.example.com/' } }
        return {
          status: 200,
          headers: { 'content-type': textAt(one[1], 'mimeType') },
          body: textAt(one[1], 'bytes'),
        }
      },
    },
    {
      method: 'GET',
      path: '/rest/api/3/attachment/:id',
      handle: ({ params }) => {
        const one = owner(params.id)
        if (one === undefined) return refuse(404, 'The attachment does not exist.')
        const facts = without(one[1], 'bytes')
        return ok({ ...entrySeen(desk, facts), id: Number(textAt(facts, 'id')) })
      },
    },
    {
      method: 'DELETE',
      path: '/rest/api/3/attachment/:id',
      handle: ({ params }) => {
        const one = owner(params.id)
        if (one === undefined) return refuse(404, 'The attachment does not exist.')
        const [issue, file] = one
        issue.attachments = issue.attachments.filter((other) => other !== file)
        return NOTHING
      },
    },
  ]
}

function propertyRoutes(on: On): readonly SandboxRoute[] {
  const path = `${ISSUE}/properties/:key`
  return [
    {
      method: 'GET',
      path: `${ISSUE}/properties`,
      handle: on(({ properties }) => ok({ keys: Object.keys(properties).map((key) => ({ key })) })),
    },
    {
      method: 'GET',
      path,
      handle: on(({ properties }, { params }) => {
        const value = properties[params.key ?? '']
        return value === undefined ? notFound() : ok({ key: params.key ?? '', value })
      }),
    },
    {
      method: 'DELETE',
      path,
      handle: on((issue, { params }) => {
        const { [params.key ?? '']: gone, ...rest } = issue.properties
        if (gone === undefined) return notFound()
        issue.properties = rest
        return NOTHING
      }),
    },
  ]
}

function linkRoutes(desk: Desk, on: On): readonly SandboxRoute[] {
  const path = `${ISSUE}/remotelink/:child`
  const seen = (issue: StoredIssue, link: JsonObject): JsonObject => ({
    ...link,
    self: `${desk.baseUrl}/rest/api/3/issue/${issue.id}/remotelink/${textAt(link, 'id')}`,
  })
  const one = (issue: StoredIssue, id: string | undefined): JsonObject | undefined =>
    issue.links.find((link) => textAt(link, 'id') === id)
  return [
    {
      method: 'GET',
      path: `${ISSUE}/remotelink`,
      handle: on((issue) => ok(issue.links.map((link) => seen(issue, link)))),
    },
    {
      method: 'GET',
      path,
      handle: on((issue, { params }) => {
        const link = one(issue, params.child)
        return link === undefined ? notFound() : ok(seen(issue, link))
      }),
    },
    {
      method: 'DELETE',
      path,
      handle: on((issue, { params }) => {
        const link = one(issue, params.child)
        if (link === undefined) return notFound()
        issue.links = issue.links.filter((other) => other !== link)
        return NOTHING
      }),
    },
  ]
}
