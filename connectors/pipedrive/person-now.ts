import { expectObject, listAt, objectAt, textAt } from '../../src/connector/index.ts'
import type { JsonObject } from '../../src/connector/index.ts'
import { readingOrAbsent } from './answers.ts'
import type { Pipedrive } from './client.ts'
import { identifiersOf, isAt, numberOf } from './mapping.ts'

/** The person as it is now; undefined when it is gone or marked as deleted, after which nobody must edit it. */
export async function personNow(api: Pipedrive, id: string): Promise<JsonObject | undefined> {
  const answer = await readingOrAbsent(() => api.persons.getPerson({ id: numberOf(id) }))
  if (answer === undefined) return undefined
  const person = expectObject(answer.data)
  return isAt(person, 'is_deleted') ? undefined : person
}

/** Fields that exist with contact sync only; where they are not there, writing them is refused. */
const SYNCED = { im: [], birthday: null, job_title: null, postal_address: null, notes: null } as const

export function anonymousName(id: string): string {
  return `Erased ${id}`
}

/**
 * What overwrites the person: the name, and whatever else is still there.
 *
 * @returns undefined when there is nothing left to overwrite.
 */
export function overwriting(person: JsonObject): JsonObject | undefined {
  const id = textAt(person, 'id')
  const changes: JsonObject = {
    ...(textAt(person, 'name') === anonymousName(id) ? {} : { name: anonymousName(id) }),
    ...(listAt(person, 'emails').length === 0 || isPlaceholder(person) ? {} : { emails: [] }),
    ...(hasNumbers(person) ? { phones: [] } : {}),
    ...(listAt(person, 'label_ids').length === 0 ? {} : { label_ids: [] }),
    ...customFieldsOf(person),
    ...Object.fromEntries(Object.entries(SYNCED).filter(([field]) => isFilled(person, field))),
  }
  return Object.keys(changes).length === 0 ? undefined : changes
}

function customFieldsOf(person: JsonObject): JsonObject {
  const filled = Object.entries(objectAt(person, 'custom_fields')).filter(([, value]) => value !== null)
  return filled.length === 0 ? {} : { custom_fields: Object.fromEntries(filled.map(([key]) => [key, null])) }
}

function isFilled(person: JsonObject, field: string): boolean {
  const value = person[field]
  if (value === undefined || value === null || value === '') return false
  return typeof value !== 'object' || Object.values(value).some((one) => one !== null && one !== '')
}

/** Takes the place of addresses where an empty list does not clear them, which nobody confirms. */
export function placeholderOf(id: string): string {
  return `erased-${id}@invalid.example`
}

/** Stands where an empty list does not clear the numbers. */
export const NO_NUMBER = '0'

function hasNumbers(person: JsonObject): boolean {
  return listAt(person, 'phones').some((phone) => textAt(phone, 'value') !== NO_NUMBER)
}

function isPlaceholder(person: JsonObject): boolean {
  const emails = identifiersOf(person, 'email')
  return emails.length === 1 && emails[0] === placeholderOf(textAt(person, 'id'))
}

/** Whether addresses or numbers of somebody are still there. */
export function hasAddresses(person: JsonObject): boolean {
  return (listAt(person, 'emails').length > 0 && !isPlaceholder(person)) || hasNumbers(person)
}
