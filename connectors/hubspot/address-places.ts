import { CERTAIN, identifierOf, listAt, pages, textAt } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonValue } from '../../src/connector/index.ts'
import { list, present, reading } from './answers.ts'
import type { HubSpot } from './client.ts'
import { entriesOf } from './contact-places.ts'
import type { Found } from './contact-places.ts'
import { optionsOf } from './options.ts'

const FORMS_PER_PAGE = 100
const SUBMISSIONS_PER_PAGE = 50
const EVENTS_PER_PAGE = 1_000

/** A record that is kept under an address and not under a contact. */
interface FoundByAddress extends Found {
  readonly email: string
}

/** What HubSpot keeps by address: it is there whether or not a contact still is. */
export async function* findByAddress(
  api: HubSpot,
  addresses: ReadonlyMap<string, Attribution>,
): AsyncGenerator<FoundRecord, void, undefined> {
  const { notInUse } = optionsOf(api.context)
  const places = [
    { part: 'subscription_status', find: subscriptionChoices },
    { part: 'form_submissions', find: formSubmissions },
    { part: 'email_events', find: emailEvents },
  ]
  const emails = [...addresses.keys()]
  if (emails.length === 0) return
  for (const { part, find } of places) {
    if (notInUse.has(part)) continue
    for await (const { email, ref, content } of find(api, emails))
      yield { part, ref, attribution: addresses.get(email) ?? CERTAIN, content, learned: [] }
  }
}

/** Choices that somebody made for the address; HubSpot lists "not specified" for addresses that it does not know. */
export async function* subscriptionChoices(
  api: HubSpot,
  emails: readonly string[],
): AsyncGenerator<FoundByAddress, void, undefined> {
  for (const email of emails) {
    const path = `/communication-preferences/v4/statuses/${encodeURIComponent(email)}?channel=EMAIL`
    const answer = await reading(() => api.get(path))
    const choices = (await entriesOf(answer, 'results')).filter(
      (choice) => !['', 'NOT_SPECIFIED'].includes(textAt(choice, 'status')),
    )
    if (choices.length > 0) yield { email, ref: email, content: { email, choices } }
  }
}

/** Submissions of every form that carry one of the addresses. Raw: the SDK lists forms, but not what was submitted. */
export async function* formSubmissions(
  api: HubSpot,
  emails: readonly string[],
): AsyncGenerator<FoundByAddress, void, undefined> {
  const forms = pages(async (after) =>
    reading(async () => {
      const answer = present(await api.forms.getPage(after, FORMS_PER_PAGE))
      const next = answer.paging?.next?.after
      return { entries: list(answer.results), ...(next === undefined ? {} : { next }) }
    }),
  )
  for await (const { id, name } of forms)
    for await (const submission of submissionsOf(api, id)) {
      const email = emailIn(submission, emails)
      if (email === undefined) continue
      const names = [textAt(submission, 'conversionId'), textAt(submission, 'submittedAt')]
      yield { email, ref: `${id}/${names.find((name) => name !== '') ?? ''}`, content: { form: name, submission } }
    }
}

function submissionsOf(api: HubSpot, formId: string) {
  return pages(
    async (after) => {
      const query = new URLSearchParams({
        limit: String(SUBMISSIONS_PER_PAGE),
        ...(after === undefined ? {} : { after }),
      })
      const path = `/form-integrations/v1/submissions/forms/${encodeURIComponent(formId)}?${query.toString()}`
      const answer = await reading(() => api.get(path))
      const next = textAt(answer, 'paging', 'next', 'after')
      return { entries: await entriesOf(answer, 'results'), ...(next === '' ? {} : { next }) }
    },
    { maxPages: optionsOf(api.context).formPagesMax },
  )
}

function emailIn(submission: JsonValue, emails: readonly string[]): string | undefined {
  return listAt(submission, 'values')
    .map((value) => identifierOf('email', textAt(value, 'value'))?.value)
    .find((email) => email !== undefined && emails.includes(email))
}

/**
 * Deliveries, openings and clicks, as one record an address: an opening between plan and act is no new record. Raw: a v1
 * interface that the SDK does not have.
 */
export async function* emailEvents(
  api: HubSpot,
  emails: readonly string[],
): AsyncGenerator<FoundByAddress, void, undefined> {
  for (const email of emails) {
    const read = pages(async (offset) => {
      const query = new URLSearchParams({ recipient: email, limit: String(EVENTS_PER_PAGE) })
      if (offset !== undefined) query.set('offset', offset)
      const answer = await reading(() => api.get(`/email/public/v1/events?${query.toString()}`))
      const isMore = answer.hasMore === true
      return { entries: await entriesOf(answer, 'events'), ...(isMore ? { next: textAt(answer, 'offset') } : {}) }
    })
    const events: JsonValue[] = []
    for await (const event of read)
      if (identifierOf('email', textAt(event, 'recipient'))?.value === email) events.push(event)
    if (events.length > 0) yield { email, ref: email, content: { recipient: email, events } }
  }
}
