import type {
  Correction,
  EffectMember,
  JsonObject,
  JsonValue,
  LegSubject,
  Look,
  PlannedEffect,
} from '../../src/connector/index.ts'
import { identifierOf, isJsonObject, objectAt, recordsIn, textAt } from '../../src/connector/index.ts'
import type { Context, VerifySubject } from '../../src/connector/index.ts'
import type { Intercom } from './client.ts'
import { contactUpdate, contactsNow } from './contact-update.ts'
import { optionsOf } from './options.ts'
import type { AccountOptions } from './options.ts'
import { verbOf } from './step.ts'

export const rectify = verbOf((context, subject) => Promise.resolve(planCorrections(context, subject)), {
  correct_contact: contactUpdate({
    changesOf: (_, { details }) => objectAt(details, 'changes'),
    isInPlace: (_, contact, member) => shows(contact, changesIn(member)),
  }),
})

function changesIn({ details }: EffectMember): JsonObject {
  return objectAt(details, 'changes')
}

function planCorrections(context: Context, { records, wish }: LegSubject): readonly PlannedEffect[] {
  const options = optionsOf(context)
  return recordsIn(records, 'contact').flatMap(({ ref, content }) => {
    const { changes } = correctionOf(wish?.corrections ?? [], { content, options })
    const isNothing = Object.keys(changes).length === 0
    return isNothing ? [] : [{ step: 'correct_contact', target: ref, part: 'contact', after: [], details: { changes } }]
  })
}

interface Corrected {
  readonly changes: JsonObject
  /** Whether something that is to be corrected has no place in Intercom. */
  readonly isPartial: boolean
}

interface At {
  /** The contact as it was found. */
  readonly content: JsonValue
  readonly options: AccountOptions
}

/** What to write on a contact so that it shows the corrections. */
export function correctionOf(corrections: readonly Correction[], { content, options }: At): Corrected {
  let isPartial = false
  const changes: Record<string, JsonValue> = {}
  const attributes: Record<string, JsonValue> = {}
  for (const { field, value } of corrections) {
    const text = value.trim()
    switch (field) {
      case 'first_name':
      case 'last_name':
        changes.name = nameOf(corrections, textAt(content, 'name'))
        break
      case 'phone':
        changes.phone = text === '' ? null : text
        break
      case 'email':
        // Intercom documents no way to empty an address.
        if (text === '') isPartial = true
        else changes.email = text
        break
      default: {
        const attribute = options.customFields.get(field)
        if (attribute === undefined) isPartial = true
        else attributes[attribute] = text === '' ? null : text
      }
    }
  }
  if (Object.keys(attributes).length > 0) changes.custom_attributes = attributes
  return { changes, isPartial }
}

/** Intercom keeps one name: its first word is the first name, the rest the last name. */
function nameOf(corrections: readonly Correction[], current: string): JsonValue {
  const at = current.trim().indexOf(' ')
  const [first, last] = at < 0 ? [current.trim(), ''] : [current.trim().slice(0, at), current.trim().slice(at + 1)]
  const wanted = (field: Correction['field']) => corrections.find((one) => one.field === field)?.value.trim()
  const name = [wanted('first_name') ?? first, wanted('last_name') ?? last].filter((part) => part !== '').join(' ')
  return name === '' ? null : name
}

function shows(contact: JsonObject, changes: JsonObject): boolean {
  return Object.entries(changes).every(([name, value]) => {
    if (isJsonObject(value)) return shows(objectAt(contact, name), value)
    const [wanted, given] = [typeof value === 'string' ? value : '', textAt(contact, name)]
    if (name !== 'email' && name !== 'phone') return given === wanted
    return given === wanted || isSame(name, given, wanted)
  })
}

/** Intercom writes addresses in lower case and numbers in its own way. */
function isSame(kind: 'email' | 'phone', given: string, wanted: string): boolean {
  const value = identifierOf(kind, given)?.value
  return value !== undefined && value === identifierOf(kind, wanted)?.value
}

const NO_PLACE =
  'Intercom has no field for part of the correction, and the configuration names no custom attribute for it'

/** Whether the contacts show the corrected values now. */
export async function lookAtCorrections(api: Intercom, subject: VerifySubject): Promise<Look> {
  const contacts = await contactsNow(api, subject)
  if (contacts.length === 0) return { findings: [], seen: [] }
  const looked = contacts.map(({ content, now }) => {
    const { changes, isPartial } = correctionOf(subject.wish?.corrections ?? [], { content, options: api.options })
    return { now, isPartial, isWrong: now !== undefined && !shows(now, changes) }
  })
  const remaining = looked.filter(({ isWrong }) => isWrong).length
  const isGone = looked.every(({ now }) => now === undefined)
  const base = { part: 'contact', looked: contacts.length, remaining }
  const seen = [['contact_by_id', looked.filter(({ now }) => now !== undefined).length]] as const
  if (isGone) return { findings: [{ ...base, verdict: { kind: 'absent' } }], seen }
  if (remaining > 0) return { findings: [{ ...base, verdict: { kind: 'present' } }], seen }
  if (looked.some(({ isPartial }) => isPartial))
    return { findings: [{ ...base, verdict: { kind: 'cannot_tell', why: NO_PLACE } }], seen }
  return { findings: [{ ...base, verdict: { kind: 'in_place' } }], seen }
}
