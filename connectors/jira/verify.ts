import { findingOf, readbackOf, recordsIn } from '../../src/connector/index.ts'
import type {
  Context,
  FoundRecord,
  PartFinding,
  PlannedRecord,
  VerifyReport,
  VerifySubject,
} from '../../src/connector/index.ts'
import { openJira } from './client.ts'
import type { Jira } from './client.ts'
import { DEPTH } from './depth.ts'
import { accountsOf } from './erase-plan.ts'
import { halvesOf } from './ids.ts'
import { verifyObjection } from './object.ts'
import { verifyRectification } from './rectify.ts'
import { verifyRestriction } from './restrict.ts'
import { openSurvey } from './survey.ts'
import type { Known } from './survey.ts'
import { strayIn } from './verify-strays.ts'

/** Looks again between two controls: by the number of everything in the plan, and by identifier. */
export async function verify(context: Context, subject: VerifySubject): Promise<VerifyReport> {
  const api = openJira(context)
  switch (subject.right) {
    case 'access':
    case 'portability':
    case 'erasure':
      return reportOf(api, await lookAtAll(api, subject))
    case 'rectification':
      return reportOf(api, await verifyRectification(api, subject))
    case 'objection':
      return reportOf(api, await verifyObjection(api, subject))
    case 'restriction':
      return reportOf(api, await verifyRestriction(api, subject))
  }
}

function reportOf({ context }: Jira, findings: readonly PartFinding[]): VerifyReport {
  const { clock } = context
  return {
    // Every way here began and ended with the control, which throws when it fails.
    control: readbackOf(clock, 'myself', 1),
    findings,
    readbacks: findings.map(({ part, remaining }) => readbackOf(clock, part, remaining)),
  }
}

/** Parts in issues that name the person nowhere else. */
const ASKED_BY_CHANGE: readonly string[] = ['comments', 'attachments', 'issues_of_others']
const UNASKED = 'this site cannot be asked in which issues a person commented'

async function lookAtAll(api: Jira, subject: VerifySubject): Promise<readonly PartFinding[]> {
  const { records, right, identifiers } = subject
  const search = { right, identifiers, names: namesIn(records) }
  const { records: found, seesComments } = await openSurvey(api, search, knownIn(subject))
  const now: FoundRecord[] = []
  for await (const record of found) now.push(record)
  const strays = await strayIn(api, records, now)
  const others = new Set((subject.others ?? []).map(keyOf))
  const nowMs = api.context.clock.nowMs()
  return DEPTH.filter(({ isRead }) => isRead).map(({ part }) => {
    const planned = recordsIn(records, part)
    const own = new Set(planned.map(({ ref }) => ref))
    // What was never in the plan counts when it is certainly the subject's.
    const isLeft = (one: FoundRecord): boolean =>
      !others.has(keyOf(one)) && (own.has(one.ref) || one.attribution.kind === 'certain')
    const live = new Set([
      ...recordsIn(now, part)
        .filter(isLeft)
        .map(({ ref }) => ref),
      ...(strays.get(part) ?? []),
    ])
    const isUnsure = ASKED_BY_CHANGE.includes(part) && !seesComments()
    return findingOf(part, planned.length, { live: live.size, nowMs, ...(isUnsure ? { unseenBecause: UNASKED } : {}) })
  })
}

function keyOf({ part, ref }: Pick<PlannedRecord, 'part' | 'ref'>): string {
  return `${part} ${ref}`
}

/** What the plan knows: accounts and issues, whoever owns them now. */
export function knownIn({ records, others = [] }: Pick<VerifySubject, 'records' | 'others'>): Known {
  const customers = new Set(recordsIn(records, 'account').map(({ ref }) => ref))
  const isCustomer = (id: string): boolean => customers.has(id) || id.startsWith('qm:')
  const issueParts = ['requests', 'issues_of_others', 'changelog', 'creators', 'mentions', 'privacy_requests']
  return {
    accounts: [...accountsOf(records)].map((accountId) => ({
      accountId,
      kind: isCustomer(accountId) ? 'customer' : 'atlassian',
    })),
    issueIds: [
      ...records.filter(({ part }) => issueParts.includes(part)).map(({ ref }) => ref),
      ...['watches', 'votes'].flatMap((part) => recordsIn(records, part).map(({ ref }) => halvesOf(ref)[0])),
    ],
    ownRequests: new Set(recordsIn(records, 'requests').map(({ ref }) => ref)),
    others: new Set(others.map(({ ref }) => ref)),
  }
}

/** Names of the subject's accounts, so that a look weighs them as discovery did. */
function namesIn(records: readonly PlannedRecord[]): readonly string[] {
  return [...recordsIn(records, 'account'), ...recordsIn(records, 'atlassian_account')].flatMap(({ content }) => {
    const name = typeof content === 'object' && content !== null && 'displayName' in content ? content.displayName : ''
    return typeof name === 'string' && name !== '' ? [name] : []
  })
}
