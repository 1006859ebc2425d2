import type { JsonObject } from '../../../src/connector/index.ts'
import { note } from '../../../src/connector/testing.ts'
import type { InventedPerson } from '../../../src/connector/testing.ts'
import { KINDS, put } from './state.ts'
import type { Desk, Kind, Stored } from './state.ts'

/** Where one person is being planted. */
export interface Garden {
  readonly desk: Desk
  readonly person: InventedPerson
  readonly name: string
  readonly refs: Record<string, string[]>
  /** Every record of the person's picture, the colleague's included. */
  readonly keys: (readonly [Kind, string])[]
}

export interface Parties {
  readonly own: number
  readonly colleague: number
  readonly colleagueEmail: string
}

/** Stores a record and remembers it for the person's picture. */
export function store(garden: Garden, kind: Kind, fields: JsonObject): Stored {
  const stored = put(garden.desk, kind, fields)
  garden.keys.push([kind, stored.id])
  return stored
}

/** The kinds behind the places whose names differ. */
const KIND_OF: Readonly<Record<string, Kind>> = {
  archived_deals: 'deals',
  deal_participations: 'deals',
  archived_leads: 'leads',
  archived_projects: 'projects',
  mail: 'threads',
  mail_of_others: 'threads',
}

/** As `store`, in a place of the depth. */
export function storeIn(garden: Garden, part: string, fields: JsonObject): Stored {
  const kind = KIND_OF[part] ?? KINDS.find((one) => one === part)
  if (kind === undefined) throw new Error('a place without a kind of records')
  const stored = store(garden, kind, fields)
  note(garden, part, stored.id)
  return stored
}
