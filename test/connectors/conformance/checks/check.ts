import type { Candidate } from '../lab.ts'

/** One promise of the contract, as a function that throws when a connector breaks it. */
export interface Check {
  /** What the user of the connector gets. */
  readonly name: string
  run(candidate: Candidate): Promise<void>
}
