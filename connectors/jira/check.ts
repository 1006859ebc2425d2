import { DsrError, isAt, isDsrError, objectAt } from '../../src/connector/index.ts'
import type { CheckReport, Context } from '../../src/connector/index.ts'
import { readingObject, readingUnless } from './answers.ts'
import { credentialOf, openJira } from './client.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { DEPTH } from './depth.ts'
import { PERMISSIONS } from './manifest.ts'

const NO_AUDIT = 'the audit log cannot be read: a free plan, or no administrator'
const NO_DESK = 'this site has no service desk that the credential can see'
const DESK_PARTS = ['desks', 'organisations', 'feedback', 'approvals', 'service_levels', 'forms']

/** Who the credential is and what its user may do. Jira does not show a token's scopes. */
export async function check(context: Context): Promise<CheckReport> {
  const api = openJira(context)
  try {
    const self = await askSelf(api)
    const granted = await permissionsOf(api)
    const unavailable = await unreachable(api)
    const limits = await limitsOf(context)
    await askSelf(api, self)
    return {
      credentials: 'accepted',
      scopesPresent: PERMISSIONS.map(({ scope }) => scope).filter((scope) => granted.has(scope)),
      scopesMissing: PERMISSIONS.filter(({ scope }) => !granted.has(scope)),
      limits,
      unavailable,
    }
  } catch (error) {
    if (!isDsrError(error, 'VENDOR_CREDENTIALS_REJECTED')) throw error
    return { credentials: 'rejected', scopesPresent: [], scopesMissing: [], limits: {}, unavailable: unused(api) }
  }
}

async function permissionsOf(api: Jira): Promise<ReadonlySet<string>> {
  const asked = PERMISSIONS.map(({ scope }) => scope).join(',')
  const answer = await readingObject(() => api.cloud.permissions.getMyPermissions({ permissions: asked }))
  const all = objectAt(answer, 'permissions')
  if (Object.keys(all).length === 0) {
    // Nobody has no permissions: only the control tells that from an answer of another shape.
    await askSelf(api)
    throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor does not say what the credential may do')
  }
  return new Set(Object.keys(all).filter((name) => isAt(all, name, 'havePermission')))
}

async function unreachable(api: Jira): Promise<CheckReport['unavailable']> {
  const known = unused(api)
  const audit = await readingUnless(() => api.cloud.auditRecords.getAuditRecords({ limit: 1 }), 403)
  const desk = await readingUnless(() => api.desk.servicedesk.getServiceDesks({ limit: 1 }), 403, 404)
  const more = [
    ...(audit === undefined ? [{ part: 'audit_log', why: NO_AUDIT }] : []),
    ...(desk === undefined ? DESK_PARTS.map((part) => ({ part, why: NO_DESK })) : []),
  ]
  return [...known, ...more.filter(({ part }) => !known.some((one) => one.part === part))]
}

function unused({ options }: Jira): CheckReport['unavailable'] {
  return DEPTH.filter(({ part }) => options.notInUse.has(part)).map(({ part }) => ({
    part,
    why: 'the configuration says that this site does not use it',
  }))
}

/** Jira tells its limits in the headers of an answer, when it tells them at all. */
async function limitsOf(context: Context): Promise<Readonly<Record<string, string>>> {
  const { headers } = await context.transport.send({
    method: 'GET',
    path: '/rest/api/3/myself',
    headers: { accept: 'application/json', ...credentialOf(context) },
    buckets: { reads: 1 },
    effect: false,
  })
  const limit = headers['x-ratelimit-limit']
  const left = headers['x-ratelimit-remaining']
  if (limit === undefined) return {}
  return { 'requests a second': left === undefined ? limit : `${left} of ${limit} left` }
}
