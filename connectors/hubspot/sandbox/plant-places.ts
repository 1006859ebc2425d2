import { DAY_MS } from '../../../src/connector/index.ts'
import { note } from '../../../src/connector/testing.ts'
import type { Garden } from './garden.ts'
import { newId } from './state.ts'
import type { Desk, StoredObject } from './state.ts'

/** What is kept by contact id. */
export function plantPlaces(garden: Garden, contact: StoredObject): void {
  const { vendor, desk, person } = garden
  const at = new Date(desk.nowMs() - 50 * DAY_MS).toISOString()
  const lists = ['81', '82'].map((listId) => ({
    listId,
    listVersion: 3,
    firstAddedTimestamp: at,
    lastAddedTimestamp: at,
    isPublicList: false,
  }))
  vendor.memberships.set(contact.id, lists)
  for (const { listId } of lists) note(garden, 'list_memberships', `${contact.id}/${listId}`)
  const events = [1, 2, 3].map(() => newId(vendor))
  vendor.participations.set(
    contact.id,
    events.map((id) => ({
      id,
      createdAt: at,
      associations: {
        contact: { contactId: contact.id, email: person.email, firstname: person.firstName, lastname: person.lastName },
        marketingEvent: { marketingEventId: '5501', name: 'Open day' },
      },
      properties: { attendanceState: 'REGISTERED', occurredAt: Date.parse(at) },
    })),
  )
  for (const id of events) note(garden, 'marketing_events', id)
  const enrolment = newId(vendor)
  vendor.enrolments.set(contact.id, {
    id: enrolment,
    sequenceId: '7001',
    sequenceName: 'Welcome',
    toEmail: person.email,
  })
  note(garden, 'sequences', enrolment)
  const visits = [1, 2, 3].map((number) => `visit-${person.key}-${number}`)
  vendor.behaviour.set(
    contact.id,
    visits.map((id) => ({
      id,
      eventType: 'e_visited_page',
      objectType: 'CONTACT',
      objectId: contact.id,
      occurredAt: at,
    })),
  )
  note(garden, 'behavioural_events', contact.id)
}

/** What is kept by address. */
export function plantAddresses(garden: Garden): void {
  const { vendor, desk, person } = garden
  const [newsletter, demo] = vendor.forms
  const submit = (form: (typeof vendor.forms)[number] | undefined, email: string): void => {
    if (form === undefined) return
    const conversionId = `conversion-${newId(vendor)}`
    form.submissions = [
      {
        conversionId,
        submittedAt: desk.nowMs() - 30 * DAY_MS,
        values: [
          { name: 'email', value: email, objectTypeId: '0-1' },
          { name: 'city', value: person.city, objectTypeId: '0-1' },
        ],
        pageUrl: 'https://www.example.com/contact',
      },
      ...form.submissions,
    ]
    note(garden, 'form_submissions', `${form.id}/${conversionId}`)
  }
  submit(newsletter, person.secondEmail)
  submit(demo, person.email)
  for (const type of ['DELIVERED', 'OPEN', 'CLICK']) {
    const id = `${type.toLowerCase()}-${newId(vendor)}`
    const created = desk.nowMs() - 5 * DAY_MS
    vendor.emailEvents.push({
      id,
      type,
      created,
      recipient: person.email,
      emailCampaignId: 604,
      location: { city: person.city },
    })
  }
  note(garden, 'email_events', person.email)
  for (const email of [person.email, person.secondEmail]) {
    vendor.choices.set(email, [
      { subscriptionId: 87914424, channel: 'EMAIL', status: 'SUBSCRIBED', subscriberIdString: email },
    ])
    note(garden, 'subscription_status', email)
  }
}

/** What the account holds before anybody is planted: forms with strangers in them, a user. */
export function furnish(desk: Desk): void {
  const { vendor } = desk
  for (const [id, name] of [
    ['0b7c6d1e-0000-4000-8000-000000000001', 'Newsletter'],
    ['0b7c6d1e-0000-4000-8000-000000000002', 'Demo'],
  ] as const) {
    const submissions = ['ada', 'bo', 'cy'].map((local, at) => ({
      conversionId: `conversion-${local}-${name.toLowerCase()}`,
      submittedAt: desk.nowMs() - (at + 60) * DAY_MS,
      values: [{ name: 'email', value: `${local}@elsewhere.example.net`, objectTypeId: '0-1' }],
      pageUrl: 'https://www.example.com/contact',
    }))
    vendor.forms.push({ id, name, submissions })
  }
  vendor.owners.push({
    id: '90001',
    email: 'agent@seat.example.net',
    firstName: 'Sam',
    lastName: 'Agent',
    archived: false,
  })
}
