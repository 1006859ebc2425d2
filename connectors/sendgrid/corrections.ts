import type { Correction, JsonObject, Wish } from '../../src/connector/index.ts'
import { text } from './shape.ts'

/** Reserved fields that an upsert can change. What the person is identified by, and what has no field, is not among them. */
const FIELD: Readonly<Partial<Record<Correction['field'], string>>> = {
  first_name: 'first_name',
  last_name: 'last_name',
  street_address: 'address_line_1',
  postal_code: 'postal_code',
  locality: 'city',
  country: 'country',
}

export type Fields = Readonly<Record<string, string>>

/** The fields that a wish is about, with their right values. */
export function fieldsOf(wish: Wish | undefined): Fields {
  return Object.fromEntries(
    (wish?.corrections ?? []).flatMap(({ field, value }) => {
      const name = FIELD[field]
      return name === undefined ? [] : [[name, value.trim()] as const]
    }),
  )
}

/** Whether something was corrected that an upsert cannot change. */
export function isMoreWanted(wish: Wish | undefined): boolean {
  return (wish?.corrections ?? []).some(({ field }) => FIELD[field] === undefined)
}

export function isCorrected(raw: JsonObject, fields: Fields): boolean {
  return Object.entries(fields).every(([name, value]) => text(raw, name) === value)
}
