import { expectObject, listAt, objectAt, redactedTexts, textAt, tracesIn } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'
import { readingOrAbsent } from './answers.ts'
import type { Pipedrive } from './client.ts'
import { isAt, numberOf } from './mapping.ts'

const ACTIVITY_TEXTS = ['subject', 'note', 'public_description'] as const
const DEAL_TEXTS = ['title', 'lost_reason'] as const
const PROJECT_TEXTS = ['title', 'description'] as const

/** Whom a record is to lose: an effect's details, read back. */
export interface Leaving {
  readonly persons: readonly string[]
  readonly emails: readonly string[]
  readonly details: JsonValue
}

export function leavingIn(details: JsonValue | undefined): Leaving {
  const from = details ?? null
  return {
    persons: listAt(from, 'persons').map(String),
    emails: listAt(from, 'emails').map(String),
    details: from,
  }
}

/** What has to change so that an activity no longer shows the person; undefined = nothing. */
export function activityChange(activity: JsonObject, leaving: Leaving): JsonObject | undefined {
  const participants = listAt(activity, 'participants')
  const attendees = listAt(activity, 'attendees')
  const keptParticipants = participants.filter((one) => !leaving.persons.includes(textAt(one, 'person_id')))
  const keptAttendees = attendees.filter((one) => !isLeaving(one, leaving))
  const change: JsonObject = {
    ...redactedTexts(activity, ACTIVITY_TEXTS, tracesIn(leaving.details)),
    ...(keptParticipants.length === participants.length ? {} : { participants: withPrimary(keptParticipants) }),
    ...(keptAttendees.length === attendees.length ? {} : { attendees: keptAttendees }),
  }
  return orNothing(change)
}

function isLeaving(guest: JsonValue, { persons, emails }: Leaving): boolean {
  return persons.includes(textAt(guest, 'person_id')) || emails.includes(textAt(guest, 'email').toLowerCase())
}

/** When the first participant leaves, the next one takes the place. */
function withPrimary(participants: readonly JsonValue[]): readonly JsonObject[] {
  const hasPrimary = participants.some((one) => isAt(one, 'primary'))
  return participants.map((one, at) => ({
    ...objectAt(one),
    primary: hasPrimary ? isAt(one, 'primary') : at === 0,
  }))
}

/** Texts of a deal or project that name the person, custom fields among them; undefined = none. */
export function textChange(record: JsonObject, kind: 'deal' | 'project', leaving: Leaving): JsonObject | undefined {
  const traces = tracesIn(leaving.details)
  const fields = objectAt(record, 'custom_fields')
  const custom = redactedTexts(fields, Object.keys(fields), traces)
  return orNothing({
    ...redactedTexts(record, kind === 'deal' ? DEAL_TEXTS : PROJECT_TEXTS, traces),
    ...(Object.keys(custom).length === 0 ? {} : { custom_fields: custom }),
  })
}

/** As `textChange`, and the links to the person. */
export function projectChange(project: JsonObject, leaving: Leaving): JsonObject | undefined {
  const persons = listAt(project, 'person_ids')
  const others = persons.filter((id) => typeof id !== 'number' || !leaving.persons.includes(String(id)))
  return orNothing({
    ...textChange(project, 'project', leaving),
    ...(others.length === persons.length ? {} : { person_ids: others }),
  })
}

function orNothing(change: JsonObject): JsonObject | undefined {
  return Object.keys(change).length === 0 ? undefined : change
}

export function activityNow(api: Pipedrive, id: string): Promise<JsonObject | undefined> {
  return recordNow(() => api.activities.getActivity({ id: numberOf(id), include_fields: 'attendees' }))
}

export function dealNow(api: Pipedrive, id: string): Promise<JsonObject | undefined> {
  return recordNow(() => api.deals.getDeal({ id: numberOf(id) }))
}

export function projectNow(api: Pipedrive, id: string): Promise<JsonObject | undefined> {
  return recordNow(() => api.projects.getProject({ id: numberOf(id) }))
}

/** A record of version 2 by its id; undefined when it is gone or marked as deleted. */
async function recordNow(work: () => Promise<unknown>): Promise<JsonObject | undefined> {
  const answer = await readingOrAbsent(work)
  if (answer === undefined) return undefined
  const record = expectObject(answer.data)
  return isAt(record, 'is_deleted') ? undefined : record
}
