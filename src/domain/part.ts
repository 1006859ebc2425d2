import type { Outcome } from './outcome.ts'

/** How many records of a part: found at discovery, acted on, kept on purpose, and still there at the last look. */
export interface PartCounts {
  readonly found: number
  readonly done: number
  readonly kept: number
  readonly remaining: number
}

/** A leg's share in one place where the vendor keeps data, and what became of it. `part` is a name of the manifest's depth. */
export interface PartResult {
  readonly part: string
  readonly outcome: Outcome
  readonly counts: PartCounts
}

/** One look at the vendor after acting. `responseDigest` is SHA-256 hex of the answer's canonical facts, without personal data. */
export interface Readback {
  /** What was asked, as a class: `contact_by_id`, `contact_by_email`, `control` … never with a value in it. */
  readonly queryClass: string
  /** How many of the subject's records the answer showed. */
  readonly result: number
  readonly responseDigest: string
  readonly atMs: number
}
