import type { InventedPerson } from '../../../src/connector/testing.ts'
import type { Desk, StoredContact } from './state.ts'

/** Where one person is being planted. */
export interface Garden {
  readonly desk: Desk
  readonly person: InventedPerson
  readonly refs: Record<string, string[]>
  /** How many files the export must give, by part. */
  readonly files: Record<string, number>
  /** The user and the leads that are this person. */
  readonly own: readonly StoredContact[]
  /** Somebody else with whom the person shares a conversation and a ticket. */
  readonly colleague: StoredContact
  /** Instant of the planted records, in seconds. */
  readonly at: number
}
