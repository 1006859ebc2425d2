import type { Identifier } from '../../../src/domain/identifier.ts'
import type { ObjectStore } from '../../../src/ports/objects.ts'
import type { Accounts } from '../../../src/ports/runtime.ts'
import type { Store } from '../../../src/ports/store.ts'
import type { VirtualClock } from '../../kit/sim/clock.ts'
import type { Boundaries } from './boundaries.ts'

/** What a course stands on: in memory, or the real thing. */
export interface CourseParts {
  /** An empty system of record. */
  readonly store: Store
  readonly objects: ObjectStore
  /** Accounts whose connectors cross the boundaries. */
  readonly accounts: Accounts
  readonly subject: {
    readonly email: string
    readonly identities: readonly Identifier[]
    readonly names: readonly string[]
  }
  /** What the vendors hold and were made to do in the end, without times. */
  vendorFacts(): Promise<unknown>
  /** How many changes the vendors carried out, and how many of them once more, with leave. */
  countChanges(): { readonly made: number; readonly again: number }
  /** Changes that were made more than once without leave, by account and step. */
  repeatedChanges(): readonly string[]
  close(): Promise<void>
}

export type OpenCourseParts = (clock: VirtualClock, boundaries: Boundaries) => Promise<CourseParts>
