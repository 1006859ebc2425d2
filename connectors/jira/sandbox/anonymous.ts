import { idsIn, ok, refuse } from './replies.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { Desk } from './state.ts'

const PAGE = { startAt: 0, maxResults: 50, total: 0, isLast: true, values: [] }
const PICKED = { users: { users: [], total: 0, header: '' }, groups: { groups: [], total: 0, header: '' } }

/** What a rejected credential gets: often not a refusal, but the answer to nobody. */
export function toNobody(desk: Desk, request: SandboxRequest): SandboxReply {
  const reply = answerTo(request)
  if (desk.switches.is('login_reason', 'untold')) return reply
  return { ...reply, headers: { ...reply.headers, 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' } }
}

function answerTo(request: SandboxRequest): SandboxReply {
  const { method, path } = request
  if (
    path.startsWith('/rest/api/3/') &&
    !/\/(myself|bulk\/|user(\?|$)|auditing|group\/|user\/(groups|prop))/.test(path)
  ) {
    const empty = EMPTY[`${method} ${path}`]
    if (empty !== undefined) return ok(empty(request))
    if (/^\/rest\/api\/3\/(issue|attachment|filter)\//.test(path)) return refuse(404, 'Not found, or no permission.')
  }
  return refuse(401, 'Client must be authenticated to access this resource.')
}

const EMPTY: Readonly<Record<string, (request: SandboxRequest) => JsonObject | readonly JsonObject[]>> = {
  'POST /rest/api/3/search/jql': () => ({ issues: [], isLast: true }),
  'POST /rest/api/3/issue/bulkfetch': (request) => ({
    issues: [],
    issueErrors: idsIn(request, 'issueIdsOrKeys').map((id) => ({ id, errorMessage: 'Not found, or no permission.' })),
  }),
  'POST /rest/api/3/changelog/bulkfetch': () => ({ issueChangeLogs: [] }),
  'POST /rest/api/3/comment/list': () => PAGE,
  'POST /rest/api/3/worklog/list': () => [],
  'GET /rest/api/3/user/search': () => [],
  'GET /rest/api/3/groupuserpicker': () => PICKED,
  'GET /rest/api/3/field': () => [],
  'GET /rest/api/3/filter/search': () => PAGE,
  'GET /rest/api/3/dashboard/search': () => PAGE,
  'GET /rest/api/3/mypermissions': () => ({ permissions: {} }),
}
