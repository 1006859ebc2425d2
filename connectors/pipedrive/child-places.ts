import { chunks, listAt, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { entriesOf, pagesOfV1, pagesOfV2, reading } from './answers.ts'
import type { Pipedrive } from './client.ts'
import { business, recordOf, sharedBlankable } from './family.ts'
import type { Family } from './family.ts'
import { idsIn } from './flow.ts'
import type { FlowEntry } from './flow.ts'
import { countAt, numberOf } from './mapping.ts'
import { optionsOf } from './options.ts'

const PER_PAGE = 500
const FILES_PER_PAGE = 100
const IDS_PER_CALL = 100

type Found = AsyncGenerator<FoundRecord, void, undefined>

/** Notes with their comments, activities, calls, files and leads; the person's counters say which lists are empty. */
export async function* findChildren(family: Family, flow: readonly FlowEntry[]): Found {
  const { parent, api } = family
  const { notInUse } = optionsOf(api.context)
  if (countAt(parent.person, 'notes_count') > 0) yield* notes(family, flow)
  yield* activities(family, flow)
  yield* calls(family, flow)
  if (countAt(parent.person, 'files_count') > 0) yield* files(family)
  if (!notInUse.has('leads')) yield* leads(family, 'leads')
  if (!notInUse.has('archived_leads')) yield* leads(family, 'archived_leads')
}

async function* notes(family: Family, flow: readonly FlowEntry[]): Found {
  const { api, parent } = family
  const commented = commentedNotes(flow)
  const query = { person_id: numberOf(parent.id) }
  for await (const note of pagesOfV1(PER_PAGE, (window) => api.notes.getNotes({ ...query, ...window }))) {
    const ref = textAt(note, 'id')
    yield recordOf(family, note, { part: 'notes', ref, label: `note of ${textAt(note, 'add_time').slice(0, 10)}` })
    if (commented === 'some' || commented.has(ref)) yield* comments(family, ref)
  }
}

/** Which notes have comments, by the flow; `some` when it does not say which. Asking each note costs 20 tokens. */
function commentedNotes(flow: readonly FlowEntry[]): ReadonlySet<string> | 'some' {
  const named = flow.filter(({ object }) => object === 'comment').map(({ data }) => textAt(data, 'object_id'))
  return named.includes('') ? 'some' : new Set(named)
}

async function* comments(family: Family, noteId: string): Found {
  const { api } = family
  const id = numberOf(noteId)
  for await (const comment of pagesOfV1(PER_PAGE, (window) => api.notes.getNoteComments({ id, ...window })))
    yield recordOf(family, comment, {
      part: 'note_comments',
      ref: `${noteId}/${textAt(comment, 'uuid')}`,
      parentRef: noteId,
    })
}

/**
 * The list by person knows only the primary participant's activities; the flow also shows those in which the person is
 * second or a guest. Each is read with its guests.
 */
async function* activities(family: Family, flow: readonly FlowEntry[]): Found {
  const { api, parent } = family
  const listed = new Map<string, JsonObject>()
  if (countAt(parent.person, 'activities_count') > 0) {
    const query = { person_id: numberOf(parent.id), include_fields: 'attendees', limit: PER_PAGE } as const
    for await (const one of pagesOfV2((cursor) => api.activities.getActivities({ ...query, ...cursor })))
      listed.set(textAt(one, 'id'), one)
  }
  const second = idsIn(flow, 'activity', 'plannedActivity').filter((id) => !listed.has(id))
  for (const one of await readActivities(api, second)) listed.set(textAt(one, 'id'), one)
  for (const [ref, activity] of listed) {
    const others = othersIn(activity, family)
    yield recordOf(family, activity, {
      part: 'activities',
      ref,
      attribution: sharedBlankable(family, others),
      label: `${textAt(activity, 'type')} of ${textAt(activity, 'due_date')}`,
    })
  }
}

/** Activities by id with their guests; what is not there, or not to be seen, is left out. */
export async function readActivities(api: Pipedrive, ids: readonly string[]): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = []
  for (const some of chunks([...new Set(ids)], IDS_PER_CALL)) {
    const query = { ids: some.map((id) => String(numberOf(id))).join(','), include_fields: 'attendees' } as const
    found.push(
      ...entriesOf((await reading(() => api.activities.getActivities({ ...query, limit: IDS_PER_CALL }))).data),
    )
  }
  return found.filter(({ is_deleted }) => is_deleted !== true)
}

/** Whether people besides the subject and the account's users take part. */
export function othersIn(activity: JsonObject, own: Pick<Family, 'ownIds' | 'ownEmails'>): boolean {
  const isOther = (id: string): boolean => id !== '' && !own.ownIds.has(id)
  const ids = [
    textAt(activity, 'person_id'),
    ...listAt(activity, 'participants').map((one) => textAt(one, 'person_id')),
  ]
  const guests = listAt(activity, 'attendees').filter((guest) => textAt(guest, 'user_id') === '')
  return (
    ids.some(isOther) ||
    guests.some((guest) => {
      const id = textAt(guest, 'person_id')
      return id === '' ? !own.ownEmails.has(textAt(guest, 'email').toLowerCase()) : isOther(id)
    })
  )
}

async function* calls(family: Family, flow: readonly FlowEntry[]): Found {
  await Promise.resolve()
  for (const { object, ref, data } of flow)
    if (object === 'call') yield recordOf(family, data, { part: 'calls', ref, label: textAt(data, 'start_time') })
}

async function* files(family: Family): Found {
  const { api, parent } = family
  const id = numberOf(parent.id)
  for await (const file of pagesOfV1(FILES_PER_PAGE, (window) => api.personsV1.getPersonFiles({ id, ...window }))) {
    const isOfDeal = textAt(file, 'deal_id') !== ''
    yield recordOf(family, file, {
      part: 'files',
      ref: textAt(file, 'id'),
      // A file on a deal may be its contract.
      ...(isOfDeal ? { attribution: business(family) } : {}),
      label: `file of ${textAt(file, 'add_time').slice(0, 10)}`,
    })
  }
}

async function* leads(family: Family, part: 'leads' | 'archived_leads'): Found {
  const { api, parent } = family
  const query = { person_id: numberOf(parent.id) }
  const list = pagesOfV1(PER_PAGE, (window) =>
    part === 'leads'
      ? api.leads.getLeads({ ...query, ...window })
      : api.leads.getArchivedLeads({ ...query, ...window }),
  )
  for await (const lead of list)
    yield recordOf(family, lead, {
      part,
      ref: textAt(lead, 'id'),
      label: `lead of ${textAt(lead, 'add_time').slice(0, 10)}`,
    })
}
