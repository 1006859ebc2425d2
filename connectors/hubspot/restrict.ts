import { neverPolled, recordsIn, textAt } from '../../src/connector/index.ts'
import type { Look, PartFinding, VerifySubject, WritingVerb } from '../../src/connector/index.ts'
import { openClient } from './client.ts'
import type { HubSpot } from './client.ts'
import { changeContacts, contactsInUse, lookAtChanges, readContacts } from './contact-change.ts'
import type { ContactChange } from './contact-change.ts'
import { askControl } from './control.ts'
import { object } from './object.ts'
import { lookAtOptOuts, planOptOuts } from './opt-out.ts'
import { optionsOf } from './options.ts'

const NO_PROPERTY =
  'HubSpot has no restriction of its own: name a contact property in restriction_property, and let lists and workflows leave out whoever has it'

const marking: ContactChange = {
  reads: (details) => [textAt(details, 'property')],
  changeOf: (now, details) => {
    const [property, value] = [textAt(details, 'property'), textAt(details, 'value')]
    return (now[property] ?? '') === value ? {} : { [property]: value }
  },
}

/**
 * Marks every contact that is in use with the property that the account names, and opts its addresses out of e-mail unless
 * the account says otherwise. HubSpot has nothing that locks a contact.
 */
export const restrict: WritingVerb = {
  plan: (context, { records }) => {
    const { restriction } = optionsOf(context)
    if (restriction === undefined) return Promise.resolve([])
    const { property, value, isUnsubscribing } = restriction
    const marks = contactsInUse(records).map(({ ref }) => {
      const details = { property, value }
      return { step: 'mark_restriction', target: ref, part: 'contact', after: [], details }
    })
    const optOuts = isUnsubscribing ? planOptOuts(context, recordsIn(records, 'contact')) : []
    return Promise.resolve([...marks, ...optOuts.map((effect) => ({ ...effect, after: [] }))])
  },
  perform: (context, call) =>
    call.step === 'unsubscribe'
      ? object.perform(context, call)
      : changeContacts(openClient(context), marking, call.members),
  readBack: async (context, call) => {
    if (call.step === 'unsubscribe') return object.readBack(context, call)
    const api = openClient(context)
    await askControl(api)
    return lookAtChanges(api, marking, call.members)
  },
  poll: neverPolled,
}

/** Whether the marks and the opt-outs are in place. */
export async function lookAtRestriction(api: HubSpot, { records }: VerifySubject): Promise<Look> {
  const contacts = contactsInUse(records)
  if (contacts.length === 0) return { findings: [], seen: [] }
  const { restriction } = optionsOf(api.context)
  const looked = { part: 'contact', looked: contacts.length }
  if (restriction === undefined) {
    const doubt: PartFinding = {
      ...looked,
      remaining: contacts.length,
      verdict: { kind: 'cannot_tell', why: NO_PROPERTY },
    }
    return { findings: [doubt], seen: [] }
  }
  const { property, value, isUnsubscribing } = restriction
  const now = await readContacts(api, { ids: contacts.map(({ ref }) => ref), properties: [property] })
  const marked = contacts.filter(({ ref }) => now.get(ref)?.[property] === value).length
  const remaining = contacts.length - marked
  const kind = now.size === 0 ? 'absent' : remaining === 0 ? 'in_place' : 'present'
  const optOuts = isUnsubscribing ? await lookAtOptOuts(api, contacts) : { findings: [], seen: [] }
  return {
    findings: [{ ...looked, remaining, verdict: { kind } }, ...optOuts.findings],
    seen: [['contact_by_id', now.size], ...optOuts.seen],
  }
}
