import { objectsAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { isHidden, valuesIn } from './person-routes.ts'
import { idOf, notFound, startList } from './replies.ts'
import type { PricedRoute } from './replies.ts'
import { allLive } from './state.ts'
import type { Desk, Stored } from './state.ts'

/** What happened round a person. */
export function flowRoutes(desk: Desk): readonly PricedRoute[] {
  return [{ method: 'GET', path: '/api/v1/persons/:id/flow', tokens: 40, handle: (call) => flow(desk, call) }]
}

function flow(desk: Desk, request: SandboxRequest): SandboxReply {
  const personId = idOf(request)
  if (isHidden(desk, personId, 'flow_after_delete')) return notFound()
  const items = (request.query.get('items') ?? '').split(',')
  const all = flowOf(desk, personId).filter(({ object }) => items.includes(object))
  return startList(desk, request, { all: all.map((entry) => ({ ...entry })) })
}

interface Shown {
  readonly object: string
  readonly timestamp: string
  readonly data: JsonObject
}

/** Everything that happened round a person, also as second participant or guest. */
function flowOf(desk: Desk, personId: string): readonly Shown[] {
  const id = Number(personId)
  const emails = valuesIn(desk.vendor.records.persons.get(personId)?.fields.emails)
  const shown = (object: string, stored: Stored, data = stored.fields): Shown => ({
    object,
    timestamp: textAt(stored.fields, 'add_time'),
    data,
  })
  const activities = allLive(desk, 'activities').filter(({ fields }) => takesPart(fields, { id, emails }))
  const notes = new Set(
    allLive(desk, 'notes')
      .filter(({ fields }) => fields.person_id === id)
      .map((note) => note.id),
  )
  const comments = allLive(desk, 'comments').filter(({ fields }) => notes.has(textAt(fields, 'object_id')))
  const isNamed = desk.switches.is('comments_in_flow', 'named')
  const ofPerson = (kind: 'calls' | 'participants') =>
    allLive(desk, kind).filter(({ fields }) => fields.person_id === id)
  return [
    ...activities.map((one) =>
      shown(one.fields.done === true ? 'activity' : 'plannedActivity', one, {
        id: one.fields.id ?? null,
        subject: one.fields.subject ?? null,
      }),
    ),
    ...comments.map((one) =>
      shown('comment', one, { uuid: one.id, ...(isNamed ? { object_id: one.fields.object_id ?? null } : {}) }),
    ),
    ...ofPerson('calls').map((one) => shown('call', one)),
    ...ofPerson('participants').map((one) =>
      shown('participant', one, { id: one.fields.id ?? null, deal_id: one.fields.deal_id ?? null }),
    ),
    ...desk.vendor.flow
      .filter((one) => one.personId === personId)
      .map(({ object, timestamp, data }) => ({ object, timestamp, data })),
  ]
}

function takesPart(
  activity: JsonObject,
  { id, emails }: { readonly id: number; readonly emails: readonly string[] },
): boolean {
  return (
    activity.person_id === id ||
    objectsAt(activity.participants).some((one) => one.person_id === id) ||
    objectsAt(activity.attendees).some((one) => one.person_id === id || emails.includes(textAt(one, 'email')))
  )
}
