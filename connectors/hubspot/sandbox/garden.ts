import { DAY_MS } from '../../../src/connector/index.ts'
import type { InventedPerson } from '../../../src/connector/testing.ts'
import { newId } from './state.ts'
import type { Desk, StoredObject, Vendor } from './state.ts'

/** Where one person is being planted. */
export interface Garden {
  readonly desk: Desk
  readonly vendor: Vendor
  readonly person: InventedPerson
  readonly refs: Record<string, string[]>
  readonly keys: string[]
}

/** Stores a record with its property history, and remembers it for the person's picture. */
export function store(garden: Garden, type: string, properties: Readonly<Record<string, string>>): StoredObject {
  const { desk, vendor, keys } = garden
  const id = newId(vendor)
  const createdAtMs = desk.nowMs() - 200 * DAY_MS
  const object: StoredObject = {
    type,
    id,
    properties: { ...properties, hs_object_id: id },
    history: Object.entries(properties).map(([name, value]) => ({ name, value, atMs: createdAtMs })),
    createdAtMs,
    updatedAtMs: createdAtMs,
  }
  vendor.objects.set(`${type}/${id}`, object)
  keys.push(`${type}/${id}`)
  return object
}
