/** What the person wants besides the right itself: values to correct, uses to object to. */

/** Fields of a person that can be corrected, in the words of vCard and schema.org, so that every vendor can be mapped to them. */
export const CORRECTABLE_FIELDS = [
  'first_name',
  'last_name',
  'email',
  'phone',
  'street_address',
  'postal_code',
  'locality',
  'country',
  'job_title',
  'organisation',
] as const
export type CorrectableField = (typeof CORRECTABLE_FIELDS)[number]

/** One correction (Art. 16). Personal data: vault only. */
export interface Correction {
  readonly field: CorrectableField
  /** The value that is right; an empty text clears the field. */
  readonly value: string
}

/** Uses that a person can object to (Art. 21). Direct marketing is absolute: no balancing, no delay. */
export const PURPOSES = ['direct_marketing', 'profiling', 'all'] as const
export type Purpose = (typeof PURPOSES)[number]

export interface Wish {
  readonly corrections: readonly Correction[]
  readonly purposes: readonly Purpose[]
}

export const NO_WISH: Wish = { corrections: [], purposes: [] }
