import { recordsIn } from '../../src/connector/index.ts'
import type { Context, JsonObject, LegSubject, PlannedEffect, PlannedRecord } from '../../src/connector/index.ts'
import { openJira } from './client.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { readFields } from './fields.ts'
import { halvesOf } from './ids.ts'
import { involvementIn } from './involvement.ts'
import { fetchIssues } from './issues.ts'
import { AWAITED_STEPS, ERASURE_STEPS } from './steps.ts'
import type { ErasureStep } from './steps.ts'

type Unordered = Omit<PlannedEffect, 'after' | 'step'> & { readonly step: ErasureStep }

/** Requests that are the subject's alone are deleted whole; everything else is taken apart; the account goes last. */
export async function planErasure(context: Context, subject: LegSubject): Promise<readonly PlannedEffect[]> {
  if (subject.records.length === 0) return []
  const api = openJira(context)
  const self = await askSelf(api)
  const doomed = await doomedRequests(api, subject)
  const details: JsonObject = {
    accounts: [...accountsOf(subject.records)],
    stand_in: api.options.standIn ?? self.accountId,
  }
  const effects = subject.records.flatMap((record) => effectsOf(record, { doomed, details, kept: keptIssues(subject) }))
  await askSelf(api, self)
  return inOrder(effects)
}

/** Account ids of the subject: of the plan's accounts, and of what names one in its ref. */
export function accountsOf(records: readonly PlannedRecord[]): ReadonlySet<string> {
  return new Set([
    ...[...recordsIn(records, 'account'), ...recordsIn(records, 'atlassian_account')].map(({ ref }) => ref),
    ...['watches', 'votes', 'desks', 'organisations', 'groups'].flatMap((part) =>
      recordsIn(records, part).map(({ ref }) => halvesOf(ref)[1]),
    ),
  ])
}

function keptIssues({ kept }: LegSubject): ReadonlySet<string> {
  const parts = ['requests', 'issues_of_others', 'privacy_requests']
  return new Set(kept.filter(({ part }) => parts.includes(part)).map(({ ref }) => ref))
}

/** Own requests that nobody else takes part in, as they are now. One that is gone already is deleted once more: a 404. */
async function doomedRequests(api: Jira, { records }: LegSubject): Promise<ReadonlySet<string>> {
  const ids = recordsIn(records, 'requests').map(({ ref }) => ref)
  if (api.options.ownRequests === 'redact' || ids.length === 0) return new Set()
  const site = { fields: await readFields(api), privacyRequestType: api.options.privacyRequestType }
  const own = accountsOf(records)
  const issues = await fetchIssues(api, ids)
  return new Set(
    ids.filter((id) => {
      const issue = issues.get(id)
      if (issue === undefined) return true
      const { isOwn, isShared, isPrivacy } = involvementIn(issue, own, site)
      return isOwn && !isShared && !isPrivacy
    }),
  )
}

interface Plans {
  readonly doomed: ReadonlySet<string>
  readonly kept: ReadonlySet<string>
  readonly details: JsonObject
}

function effectsOf(
  { part, ref, parentRef = '' }: PlannedRecord,
  { doomed, kept, details }: Plans,
): readonly Unordered[] {
  const one = (step: ErasureStep, more: Partial<Unordered> = {}): Unordered => ({ step, target: ref, part, ...more })
  // What hangs on a request that goes as a whole goes with it; what hangs on one that is kept, stays.
  const isApart = !doomed.has(parentRef) && !kept.has(parentRef)
  switch (part) {
    case 'requests':
      return doomed.has(ref) ? [one('delete_issue')] : [one('redact_issue', { details: { ...details, is_own: true } })]
    case 'issues_of_others':
      return [one('leave_request', { details }), one('redact_issue', { details: { ...details, is_own: false } })]
    case 'comments':
      return isApart ? [one('blank_comment'), one('delete_comment')] : []
    case 'attachments':
      return isApart ? [one('delete_attachment')] : []
    case 'worklogs':
      return isApart ? [one('delete_worklog')] : []
    case 'properties':
      return isApart ? [one('delete_property')] : []
    case 'remote_links':
      return isApart ? [one('delete_remote_link')] : []
    case 'watches':
      return doomed.has(halvesOf(ref)[0]) || kept.has(halvesOf(ref)[0]) ? [] : [one('unwatch')]
    default:
      return personEffects(part, ref)
  }
}

const PERSON_STEPS: Readonly<Partial<Record<string, ErasureStep>>> = {
  filters: 'delete_filter',
  user_properties: 'delete_user_property',
  groups: 'leave_group',
  organisations: 'leave_organisation',
  desks: 'leave_desk',
  account: 'delete_account',
}

function personEffects(part: string, ref: string): readonly Unordered[] {
  const step = PERSON_STEPS[part]
  return step === undefined ? [] : [{ step, target: ref, part }]
}

function inOrder(effects: readonly Unordered[]): readonly PlannedEffect[] {
  const planned = new Set<string>(effects.map(({ step }) => step))
  const rank = (step: ErasureStep): number => ERASURE_STEPS.indexOf(step)
  return effects
    .map((effect) => ({ ...effect, after: stepsBefore(effect.step).filter((step) => planned.has(step)) }))
    .sort((one, other) => rank(one.step) - rank(other.step))
}

function stepsBefore(step: ErasureStep): readonly string[] {
  switch (step) {
    case 'delete_comment':
      return ['blank_comment']
    case 'delete_account':
      return AWAITED_STEPS
    default:
      return []
  }
}
