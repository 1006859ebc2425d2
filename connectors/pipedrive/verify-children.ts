import { findingOf, holdsTrace, textAt } from '../../src/connector/index.ts'
import type { JsonObject, Look, PartFinding, PlannedRecord, VerifySubject } from '../../src/connector/index.ts'
import { FLOW_PARTS, readBusinessChangelog, readDeals } from './business-places.ts'
import { readActivities } from './child-places.ts'
import type { Pipedrive } from './client.ts'
import { PURGE_MS } from './depth.ts'
import { ownOf, participantIds } from './erase-plan.ts'
import { purgeOf } from './finding.ts'
import { readFlow } from './flow.ts'
import { callState, commentState, fileState, leadState, mailState, noteState } from './left-behind.ts'
import type { State } from './left-behind.ts'
import { readOrganisation } from './person-places.ts'
import { activityChange, leavingIn, projectChange, projectNow, textChange } from './redaction.ts'
import type { Leaving } from './redaction.ts'
import { tracesOfSubject } from './traces.ts'

type Looked = Pick<Look, 'findings' | 'seen'>

const MAIL_WHY = 'Pipedrive marks a conversation as deleted and does not say when it is removed'
const FLOW_WHY = 'Pipedrive does not show it without the person, and has no call that deletes it'

/** Everything that hangs on the person, each record by its own id. */
export async function lookAtChildren(api: Pipedrive, subject: VerifySubject): Promise<Look> {
  const looks = [
    await byState(api, subject, { part: 'notes', stateOf: noteState }),
    await byState(api, subject, { part: 'note_comments', stateOf: commentState }),
    await byState(api, subject, { part: 'files', stateOf: fileState }),
    await byState(api, subject, { part: 'leads', stateOf: leadState }),
    await byState(api, subject, { part: 'archived_leads', stateOf: leadState }),
    await byState(api, subject, { part: 'calls', stateOf: callState }),
    await byState(api, subject, { part: 'mail', stateOf: mailState, markedWhy: MAIL_WHY }),
    await byState(api, subject, { part: 'mail_of_others', stateOf: mailState, markedWhy: MAIL_WHY }),
    await byState(api, subject, {
      part: 'organisation',
      stateOf: async (_, id) => ((await readOrganisation(api, id)) === undefined ? 'absent' : 'live'),
    }),
    await lookAtActivities(api, subject),
    await lookAtDeals(api, subject),
    await lookAtParticipations(api, subject),
    await byState(api, subject, { part: 'projects', stateOf: projectState(subject) }),
    await byState(api, subject, { part: 'archived_projects', stateOf: projectState(subject) }),
    await lookAtChangelogs(api, subject),
    await lookAtFlow(api, subject),
    recordingsOf(subject),
  ]
  return { findings: looks.flatMap(({ findings }) => findings), seen: looks.flatMap(({ seen }) => seen) }
}

interface Kind {
  readonly part: string
  readonly stateOf: (api: Pipedrive, ref: string) => Promise<State>
  /** Why "marked as deleted" is no end, where no purge is promised. */
  readonly markedWhy?: string
}

async function byState(api: Pipedrive, subject: VerifySubject, kind: Kind): Promise<Looked> {
  const records = inPart(subject, kind.part)
  if (records.length === 0) return { findings: [], seen: [] }
  const states: State[] = []
  for (const { ref } of records) states.push(await kind.stateOf(api, ref))
  const live = states.filter((state) => state === 'live').length
  const marked = states.filter((state) => state === 'marked').length
  return {
    findings: [verdictOn(kind, { api, looked: records.length, live, marked })],
    seen: [[`${kind.part}_by_id`, live]],
  }
}

interface Counted {
  readonly api: Pipedrive
  readonly looked: number
  readonly live: number
  readonly marked: number
}

function verdictOn({ part, markedWhy }: Kind, { api, looked, live, marked }: Counted): PartFinding {
  if (live === 0 && marked > 0 && markedWhy !== undefined)
    return { part, looked, remaining: marked, verdict: { kind: 'cannot_tell', why: markedWhy } }
  const nowMs = api.context.clock.nowMs()
  return findingOf(part, looked, { live, purgeByMs: Array<number>(marked).fill(nowMs + PURGE_MS), nowMs })
}

function inPart({ records }: VerifySubject, part: string): readonly PlannedRecord[] {
  return records.filter((record) => record.part === part)
}

function leavingOf(subject: VerifySubject): Leaving {
  const { ownIds, ownEmails } = ownOf(subject)
  const traces = { ...tracesOfSubject(subject.records, subject.identifiers) }
  return leavingIn({ persons: [...ownIds], emails: [...ownEmails], traces })
}

/** An activity that no longer shows the person is not the person's any more. */
async function lookAtActivities(api: Pipedrive, subject: VerifySubject): Promise<Looked> {
  const records = inPart(subject, 'activities')
  if (records.length === 0) return { findings: [], seen: [] }
  const leaving = leavingOf(subject)
  const shown = await readActivities(
    api,
    records.map(({ ref }) => ref),
  )
  const live = shown.filter((activity) => activityChange(activity, leaving) !== undefined || isAlone(activity)).length
  const nowMs = api.context.clock.nowMs()
  const hidden = records.filter(({ ref }) => !shown.some((activity) => textAt(activity, 'id') === ref))
  const purgeByMs = hidden.flatMap((record) => purgeOf(record, nowMs))
  return {
    findings: [findingOf('activities', records.length, { live, purgeByMs, nowMs })],
    seen: [['activities_by_id', live]],
  }
}

/** Nobody takes part (any more): it was the person's alone and should be gone. */
function isAlone(activity: JsonObject): boolean {
  const names = ['participants', 'attendees'] as const
  return (
    textAt(activity, 'person_id') === '' &&
    names.every((name) => !Array.isArray(activity[name]) || activity[name].length === 0)
  )
}

/** A deal is the person's while it names the person or is linked with it. */
async function lookAtDeals(api: Pipedrive, subject: VerifySubject): Promise<Looked> {
  const leaving = leavingOf(subject)
  const looks: Looked[] = []
  for (const part of ['deals', 'archived_deals'] as const) {
    const records = inPart(subject, part)
    if (records.length === 0) continue
    const shown = await readDeals(
      api,
      records.map(({ ref }) => ref),
    )
    const live = shown.filter(
      (deal) =>
        deal.is_deleted !== true &&
        (textChange(deal, 'deal', leaving) !== undefined || leaving.persons.includes(textAt(deal, 'person_id'))),
    ).length
    const left = { live, purgeByMs: [], nowMs: api.context.clock.nowMs() }
    looks.push({ findings: [findingOf(part, records.length, left)], seen: [[`${part}_by_id`, live]] })
  }
  return { findings: looks.flatMap(({ findings }) => findings), seen: looks.flatMap(({ seen }) => seen) }
}

async function lookAtParticipations(api: Pipedrive, subject: VerifySubject): Promise<Looked> {
  const records = inPart(subject, 'deal_participations')
  if (records.length === 0) return { findings: [], seen: [] }
  const leaving = leavingOf(subject)
  const shown = await readDeals(
    api,
    records.map(({ ref }) => ref),
  )
  let live = 0
  for (const deal of shown) {
    const isIn = (await participantIds(api, textAt(deal, 'id'), ownOf(subject).ownIds)).length > 0
    if (isIn || textChange(deal, 'deal', leaving) !== undefined) live += 1
  }
  const left = { live, purgeByMs: [], nowMs: api.context.clock.nowMs() }
  return {
    findings: [findingOf('deal_participations', records.length, left)],
    seen: [['participations_by_deal', live]],
  }
}

function projectState(subject: VerifySubject): Kind['stateOf'] {
  const leaving = leavingOf(subject)
  return async (api, ref) => {
    const project = await projectNow(api, ref)
    return project !== undefined && projectChange(project, leaving) !== undefined ? 'live' : 'absent'
  }
}

const CHANGELOG_WHY = 'Pipedrive does not show the changelog of this record, and has no call that deletes it'

/** What the record lost still stands in its changelog. */
async function lookAtChangelogs(api: Pipedrive, subject: VerifySubject): Promise<Looked> {
  const records = inPart(subject, 'business_changelogs')
  if (records.length === 0) return { findings: [], seen: [] }
  const traces = tracesOfSubject(subject.records, subject.identifiers)
  let live = 0
  let hidden = 0
  for (const { ref } of records) {
    const changes = await readBusinessChangelog(api, ref)
    if (changes === undefined) hidden += 1
    else if (changes.some((change) => holdsTrace(JSON.stringify(change), traces))) live += 1
  }
  const counted = { part: 'business_changelogs', looked: records.length }
  const finding: PartFinding =
    live === 0 && hidden > 0
      ? { ...counted, remaining: hidden, verdict: { kind: 'cannot_tell', why: CHANGELOG_WHY } }
      : { ...counted, remaining: live, verdict: { kind: live > 0 ? 'present' : 'absent' } }
  return { findings: [finding], seen: [['changelogs_by_record', live]] }
}

/** Documents, invoices and mailings show in the flow of the person only. */
async function lookAtFlow(api: Pipedrive, subject: VerifySubject): Promise<Looked> {
  const parts = [...new Set(Object.values(FLOW_PARTS))].filter((part) => inPart(subject, part).length > 0)
  if (parts.length === 0) return { findings: [], seen: [] }
  const shown = new Set<string>()
  const persons = new Set(parts.flatMap((part) => inPart(subject, part).map(({ parentRef }) => parentRef ?? '')))
  for (const id of persons)
    for (const { object } of (await readFlow(api, id)) ?? []) shown.add(FLOW_PARTS[object] ?? '')
  const findings = parts.map((part): PartFinding => {
    const looked = inPart(subject, part).length
    const verdict = shown.has(part) ? { kind: 'present' as const } : { kind: 'cannot_tell' as const, why: FLOW_WHY }
    return { part, looked, remaining: looked, verdict }
  })
  return { findings, seen: [['places_in_flow', [...shown].filter((part) => part !== '').length]] }
}

const RECORDINGS_WHY = 'Pipedrive deletes a recording with its call log and offers no way to look for it'

function recordingsOf(subject: VerifySubject): Looked {
  const recorded = inPart(subject, 'calls').filter(({ content }) =>
    JSON.stringify(content).includes('"has_recording":true'),
  )
  if (recorded.length === 0) return { findings: [], seen: [] }
  const verdict = { kind: 'cannot_tell', why: RECORDINGS_WHY } as const
  return { findings: [{ part: 'call_recordings', looked: 0, remaining: 0, verdict }], seen: [] }
}
