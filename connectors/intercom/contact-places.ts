import { createdAt } from './instants.ts'
import { expectList, expectObject, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, HttpReply, JsonObject } from '../../src/connector/index.ts'
import { readAnswer, readOrAbsent } from './answers.ts'
import type { Intercom } from './client.ts'
import type { FoundContact } from './contacts.ts'
import { exportedObject } from './mapping.ts'
import { allOf } from './paging.ts'

/** The contact itself and everything that Intercom keeps on it and deletes with it. */
export async function* findOnContact(api: Intercom, found: FoundContact): AsyncGenerator<FoundRecord, void, undefined> {
  yield contactRecord(found)
  for (const place of PLACES) {
    if (api.options.notInUse.has(place.part)) continue
    const seen = new Set<string>()
    for (const entry of await place.read(api, found.id)) {
      const ref = unused(seen, `${found.id}/${place.refOf(entry)}`)
      yield {
        part: place.part,
        ref,
        parentRef: found.id,
        attribution: found.attribution,
        content: exportedObject(entry),
        ...createdAt(entry),
        learned: [],
      }
    }
  }
}

function contactRecord({ id, contact, attribution, learned }: FoundContact): FoundRecord {
  return {
    part: 'contact',
    ref: id,
    attribution,
    content: exportedObject(contact),
    ...createdAt(contact),
    learned,
    label: labelOf(contact),
  }
}

function labelOf(contact: JsonObject): string {
  const { createdAtMs } = createdAt(contact)
  return [
    textAt(contact, 'name'),
    textAt(contact, 'role'),
    textAt(contact, 'location', 'city'),
    createdAtMs === undefined ? '' : `since ${new Date(createdAtMs).toISOString().slice(0, 10)}`,
  ]
    .filter((one) => one !== '')
    .join(', ')
}

/** Events have no id: two of the same name at the same second are told apart by their order. */
function unused(seen: Set<string>, ref: string): string {
  let free = ref
  for (let count = 2; seen.has(free); count += 1) free = `${ref}/${count}`
  seen.add(free)
  return free
}

interface Place {
  readonly part: string
  readonly read: (api: Intercom, contactId: string) => Promise<readonly JsonObject[]>
  readonly refOf: (entry: JsonObject) => string
}

const byId = (entry: JsonObject): string => textAt(entry, 'id')

const PLACES: readonly Place[] = [
  {
    part: 'notes',
    read: (api, contact_id) =>
      allOf({
        name: 'data',
        isEmpty: isAbsent,
        fetch: (queryParams) => api.sdk((client) => client.notes.list({ contact_id }, { queryParams })),
      }),
    refOf: byId,
  },
  {
    part: 'tags',
    read: (api, contact_id) => onePage(api.sdk((client) => client.contacts.listAttachedTags({ contact_id }))),
    refOf: byId,
  },
  {
    part: 'segments',
    read: (api, contact_id) => onePage(api.sdk((client) => client.contacts.listAttachedSegments({ contact_id }))),
    refOf: byId,
  },
  {
    part: 'company_links',
    read: async (api, contact_id) => {
      const companies = await allOf({
        name: 'companies',
        isEmpty: isAbsent,
        fetch: (queryParams) =>
          api.sdk((client) => client.contacts.listAttachedCompanies({ contact_id }, { queryParams })),
      })
      // The company is the customer's own record, with other people's notes in it; the link is the person's.
      return companies.map(({ type = 'company', id = '', name = '', company_id = '' }) => ({
        type,
        id,
        name,
        company_id,
      }))
    },
    refOf: byId,
  },
  {
    part: 'subscriptions',
    read: (api, contact_id) => onePage(api.sdk((client) => client.contacts.listAttachedSubscriptions({ contact_id }))),
    refOf: byId,
  },
  {
    part: 'events',
    read: (api, contactId) =>
      allOf({
        name: 'events',
        isEmpty: isAbsent,
        // The SDK does not page: the query of the next page goes along as it is.
        fetch: (queryParams) =>
          api.sdk((client) => client.events.list({ type: 'user', intercom_user_id: contactId }, { queryParams })),
      }),
    refOf: (entry) => `${textAt(entry, 'event_name')}/${textAt(entry, 'created_at')}`,
  },
  {
    part: 'event_summaries',
    read: (api, intercom_user_id) =>
      onePage(
        api.sdk((client) => client.events.list({ type: 'user', intercom_user_id, summary: true })),
        'events',
      ),
    refOf: (entry) => textAt(entry, 'name'),
  },
]

async function onePage(asked: Promise<HttpReply>, name = 'data'): Promise<readonly JsonObject[]> {
  const reply = await asked
  return isAbsent(reply) ? [] : expectList(readAnswer(reply)[name]).map(expectObject)
}

/** The contact was read a moment ago; whether an archived one has lists is not documented. */
function isAbsent(reply: HttpReply): boolean {
  return reply.status === 404 && readOrAbsent(reply) === undefined
}
