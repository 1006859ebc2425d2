import type { VendorRecord } from './fake-vendor.ts'

/** A person as one vendor account knows them, and what they hand in. No two identifiers are equal. */
export interface TestPerson {
  readonly key: string
  readonly name: string
  readonly email: string
  readonly secondEmail: string
}

export function testPerson(key: string, name = `${key[0]?.toUpperCase() ?? ''}${key.slice(1)} Peeters`): TestPerson {
  return { key, name, email: `${key}@example.com`, secondEmail: `${key}.private@example.org` }
}

const CREATED_MS = Date.UTC(2024, 4, 3)

/** A contact with notes; every reference is the vendor's own. */
export function contactOf(person: TestPerson, notes = 0): readonly VendorRecord[] {
  const ref = `c-${person.key}`
  return [
    {
      part: 'contact',
      ref,
      person: person.key,
      emails: [person.email],
      name: person.name,
      createdAtMs: CREATED_MS,
    },
    ...Array.from({ length: notes }, (_, index): VendorRecord => ({
      part: 'note',
      ref: `n-${person.key}-${index + 1}`,
      parentRef: ref,
      person: person.key,
      emails: [],
      createdAtMs: CREATED_MS,
    })),
  ]
}

export function mailOf(person: TestPerson): VendorRecord {
  return { part: 'mail', ref: `m-${person.key}`, person: person.key, emails: [person.email], createdAtMs: CREATED_MS }
}

export function invoiceOf(person: TestPerson): VendorRecord {
  return {
    part: 'invoice',
    ref: `i-${person.key}`,
    person: person.key,
    emails: [person.email],
    createdAtMs: CREATED_MS,
  }
}
