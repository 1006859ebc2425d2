import type { BucketLimit, HttpCall, InterpretHold } from '../../src/connector/index.ts'

const SOURCE = 'developer.atlassian.com/cloud/jira/platform/rate-limiting, August 2026'

const perSecond = (limit: number): BucketLimit => ({ limit, windowMs: 1_000, scope: 'account', source: SOURCE })

/** Bursts that a site allows per endpoint and method; we count all endpoints of a method together, which is stricter. */
export const BUCKETS = {
  reads: perSecond(100),
  posts: perSecond(100),
  puts: perSecond(50),
  deletes: perSecond(50),
  /** Looking for a customer on a service desk. */
  customers: perSecond(5),
  /** Writes to one issue; we count writes to all issues together. */
  issue_writes: { limit: 20, windowMs: 2_000, scope: 'account', source: SOURCE },
  issue_writes_long: { limit: 100, windowMs: 30_000, scope: 'account', source: SOURCE },
} as const satisfies Readonly<Record<string, BucketLimit>>

/** Questions that Jira takes by POST. */
const ASKING =
  /^\/rest\/api\/3\/(search\/jql|issue\/bulkfetch|changelog\/bulkfetch|comment\/list|worklog\/list)(?:\?|$)/

/** Counts a call, and says whether it may change something. `path` is below the account's address. */
export function classify({ method, path }: Pick<HttpCall, 'method' | 'path'>): Pick<HttpCall, 'buckets' | 'effect'> {
  if (method === 'GET') {
    const isCustomers = /^\/rest\/servicedeskapi\/servicedesk\/[^/]+\/customer/.test(path)
    return { buckets: isCustomers ? { customers: 1, reads: 1 } : { reads: 1 }, effect: false }
  }
  if (method === 'POST' && ASKING.test(path)) return { buckets: { posts: 1 }, effect: false }
  const byMethod = method === 'DELETE' ? { deletes: 1 } : method === 'PUT' ? { puts: 1 } : { posts: 1 }
  const isOfIssue = /^\/rest\/(api\/3\/issue|servicedeskapi\/request)\//.test(path)
  return { buckets: isOfIssue ? { ...byMethod, issue_writes: 1, issue_writes_long: 1 } : byMethod, effect: true }
}

const LONGEST_MS = 60 * 60_000

/** Jira names the end of a hold as an ISO instant where it sends no Retry-After, and says which limit it was. */
export const interpretHold: InterpretHold = ({ status, headers }, nowMs) => {
  if (status !== 429) return undefined
  const bucket = headers['ratelimit-reason'] === 'jira-per-issue-on-write' ? { bucket: 'issue_writes_long' } : {}
  const resetMs = Date.parse(headers['x-ratelimit-reset'] ?? '')
  if (headers['retry-after'] !== undefined || Number.isNaN(resetMs)) return undefined
  return { ...bucket, waitMs: Math.min(LONGEST_MS, Math.max(1_000, resetMs - nowMs)) }
}
