import { DAY_MS } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { note } from '../../../src/connector/testing.ts'
import type { InventedPerson, PlantedPerson, PlantExtent } from '../../../src/connector/testing.ts'
import { store, storeIn } from './garden.ts'
import type { Garden, Parties } from './garden.ts'
import { plantBusiness } from './plant-business.ts'
import { CUSTOMER_FIELD, instant, MET_FIELD, USERS } from './state.ts'
import type { Desk, Kind, Stored } from './state.ts'

/** What the sandbox remembers of a planted person besides the public refs. */
export interface Planted {
  readonly planted: PlantedPerson
  readonly id: string
  readonly keys: readonly (readonly [Kind, string])[]
  readonly emails: readonly string[]
}

/**
 * Plants a person in every place of the depth, with a colleague who shares some of them. With the extent `contact` only the
 * person and what Pipedrive keeps in it.
 */
export function plantPerson(desk: Desk, person: InventedPerson, extent: PlantExtent): Planted {
  const garden: Garden = { desk, person, name: `${person.firstName} ${person.lastName}`, refs: {}, keys: [] }
  const own = plantOwn(garden)
  if (extent === 'everywhere') plantAround(garden, own)
  return plantedIn(garden, own)
}

function plantAround(garden: Garden, own: Stored): void {
  const colleagueEmail = `colleague.${garden.person.key}@example.net`
  const colleague = store(garden, 'persons', personFields('Noor Colpaert', [colleagueEmail]))
  const parties: Parties = { own: Number(own.id), colleague: Number(colleague.id), colleagueEmail }
  plantNotes(garden, parties)
  plantActivities(garden, parties)
  plantFiles(garden, parties)
  plantMail(garden, parties)
  plantBusiness(garden, parties)
}

function plantedIn({ person, refs, keys }: Garden, own: Stored): Planted {
  return {
    planted: {
      person,
      identifiers: [
        { kind: 'email', value: person.email },
        { kind: 'phone', value: person.phone },
      ],
      refs,
      attachments: { files: refs.files?.length ?? 0, picture: 1 },
    },
    id: own.id,
    keys,
    emails: [person.email, person.secondEmail],
  }
}

function personFields(name: string, emails: readonly string[]): JsonObject {
  const [first = '', ...rest] = name.split(' ')
  return {
    name,
    first_name: first,
    last_name: rest.join(' '),
    owner_id: USERS[0].id,
    emails: emails.map((value, at): JsonValue => ({ value, primary: at === 0, label: at === 0 ? 'work' : 'home' })),
    phones: [],
    label_ids: [],
    visible_to: 3,
    custom_fields: {},
  }
}

function plantOwn(garden: Garden): Stored {
  const { desk, person, name } = garden
  const company = store(garden, 'organizations', { name: `${person.city} Builders` })
  const own = store(garden, 'persons', {
    ...personFields(name, [person.email, person.secondEmail]),
    org_id: Number(company.id),
    phones: [{ value: person.phone, primary: true, label: 'mobile' }],
    label_ids: [4],
    custom_fields: { [CUSTOMER_FIELD]: person.externalId, [MET_FIELD]: `fair in ${person.city}` },
    job_title: 'Site manager',
    postal_address: { value: person.city, locality: person.city, postal_code: '9000', country: 'Belgium' },
    marketing_status: 'subscribed',
    doi_status: 2,
  })
  const picture = store(garden, 'pictures', { item_type: 'person', item_id: Number(own.id), file_size: 20 })
  own.fields = { ...own.fields, picture_id: Number(picture.id) }
  note(garden, 'person', own.id)
  note(garden, 'picture', picture.id)
  note(garden, 'organisation', company.id)
  for (const part of ['marketing_status', 'followers', 'changelog']) note(garden, part, own.id)
  desk.vendor.followers.set(own.id, [USERS[0].id, USERS[1].id, 503])
  const time = instant(desk.nowMs() - 90 * DAY_MS)
  desk.vendor.changelog.set(
    own.id,
    ['first', 'second', 'third'].map((word) => ({
      field_key: 'email',
      old_value: `${word}.${person.key}@example.org`,
      new_value: person.email,
      time,
    })),
  )
  return own
}

function plantNotes(garden: Garden, { own, colleague }: Parties): void {
  const { person, name } = garden
  const texts = [`Wants to see the ${person.city} site.`, `Plans of ${name}`, `Call ${person.phone} back`]
  const notes = texts.map((content) => storeIn(garden, 'notes', { content, person_id: own, user_id: USERS[0].id }))
  const [commented] = notes
  for (const text of ['Agreed', `Ask ${person.firstName}`, 'Done']) {
    const comment = store(garden, 'comments', {
      content: text,
      object_id: commented?.id ?? '',
      user_id: USERS[1].id,
    })
    comment.fields = { ...comment.fields, uuid: comment.id }
    note(garden, 'note_comments', `${commented?.id ?? ''}/${comment.id}`)
  }
  const mention = store(garden, 'notes', { content: `Ask Noor; ${name} recommended her.`, person_id: colleague })
  note(garden, 'mentions', mention.id)
}

function plantActivities(garden: Garden, parties: Parties): void {
  const { person, name } = garden
  const { own, colleague, colleagueEmail } = parties
  const activity = (subject: string, primary: number, more: JsonObject): void => {
    const people = [primary, ...(primary === own ? [] : [own])]
    storeIn(garden, 'activities', {
      subject,
      type: 'meeting',
      owner_id: USERS[0].id,
      due_date: '2026-05-04',
      done: false,
      person_id: primary,
      participants: people.map((person_id, at): JsonValue => ({ person_id, primary: at === 0 })),
      attendees: [],
      note: '',
      ...more,
    })
  }
  activity(`Site visit ${person.city}`, own, {})
  activity(`Call with ${name}`, own, { done: true, note: `Phone ${person.phone}` })
  activity('Plan the crane', own, {
    attendees: [{ email: person.secondEmail, name, person_id: own, status: 'accepted' }],
  })
  // Shared: the person is second, first of two, and a guest by address only.
  activity(`Crane day with Noor Colpaert and ${name}`, colleague, {
    note: `Noor brings the plans of the ${person.key} crane.`,
  })
  activity(`${person.firstName} and Noor`, own, {
    participants: [
      { person_id: own, primary: true },
      { person_id: colleague, primary: false },
    ],
  })
  activity('Handover', colleague, {
    participants: [{ person_id: colleague, primary: true }],
    attendees: [
      { email: colleagueEmail, name: 'Noor Colpaert', person_id: colleague, status: 'accepted' },
      { email: person.email, name, status: 'noreply' },
    ],
  })
  for (const outcome of ['connected', 'no_answer']) {
    const call = storeIn(garden, 'calls', {
      outcome,
      subject: `Call ${outcome}`,
      to_phone_number: person.phone,
      start_time: '2026-03-01 09:00:00',
      has_recording: outcome === 'connected',
      person_id: own,
      user_id: outcome === 'connected' ? USERS[0].id : USERS[1].id,
    })
    if (outcome === 'connected') note(garden, 'call_recordings', `recording/${call.id}`)
  }
}

function plantFiles(garden: Garden, { own }: Parties): void {
  const { person } = garden
  for (const name of ['plans.pdf', 'photo.jpg', 'contract.pdf'])
    storeIn(garden, 'files', {
      file_name: `${person.key}-${name}`,
      name,
      person_id: own,
      deal_id: name === 'contract.pdf' ? 4_242 : null,
      bytes: `${name} of ${person.key}`,
    })
}

function plantMail(garden: Garden, { own, colleague, colleagueEmail }: Parties): void {
  const { person, name } = garden
  const subject: JsonObject = { email_address: person.email, name, linked_person_id: own }
  const noor: JsonObject = { email_address: colleagueEmail, name: 'Noor Colpaert', linked_person_id: colleague }
  const thread = (part: string, user: (typeof USERS)[number], { texts, cc = [] }: Mail): void => {
    const stored = storeIn(garden, part, { subject: `Offer ${person.city}`, user_id: user.id })
    for (const body of texts)
      store(garden, 'messages', {
        mail_thread_id: Number(stored.id),
        person_id: own,
        user_id: user.id,
        subject: `Offer ${person.city}`,
        from: [subject],
        to: [{ email_address: user.email, name: user.name }],
        cc,
        message_time: '2026-02-02T08:00:00.000Z',
        body,
        body_url: `https://mail.example.net/${stored.id}`,
      })
  }
  thread('mail', USERS[0], { texts: [`Hello, ${person.firstName} here`, 'And the date?', 'Thanks'] })
  thread('mail', USERS[0], { texts: ['With Noor in copy'], cc: [noor] })
  thread('mail_of_others', USERS[1], { texts: ['To another user'] })
}

interface Mail {
  readonly texts: readonly string[]
  readonly cc?: readonly JsonObject[]
}
