import { DsrError, isJsonList, isJsonObject } from '../../src/connector/index.ts'
import type { Context, CorrectableField, JsonValue } from '../../src/connector/index.ts'

/** The account's options, checked. What each means stands in the manifest. */
export interface AccountOptions {
  readonly notInUse: ReadonlySet<string>
  readonly customObjectTypes: readonly string[]
  readonly isMetricsRetained: boolean
  readonly customFields: ReadonlyMap<string, string>
  readonly restrictionAttribute: string
  readonly deletedPagesMax: number
}

const FIELDS_WITHOUT_PLACE: readonly CorrectableField[] = [
  'street_address',
  'postal_code',
  'locality',
  'country',
  'job_title',
  'organisation',
]
const DELETED_PAGES = 50

/** @throws DsrError `CONFIG_INVALID` naming the option that is not of its kind. */
export function optionsOf({ account: { options } }: Context): AccountOptions {
  const retained = options.retain_metrics ?? false
  if (typeof retained !== 'boolean') throw invalid('retain_metrics')
  const restriction = options.restriction_attribute ?? 'dsr_restricted'
  if (typeof restriction !== 'string' || restriction === '') throw invalid('restriction_attribute')
  const pagesMax = options.deleted_pages_max ?? DELETED_PAGES
  if (typeof pagesMax !== 'number' || !Number.isSafeInteger(pagesMax) || pagesMax < 1)
    throw invalid('deleted_pages_max')
  return {
    notInUse: new Set(textsOf(options.not_in_use, 'not_in_use')),
    customObjectTypes: textsOf(options.custom_object_types, 'custom_object_types'),
    isMetricsRetained: retained,
    customFields: fieldsOf(options.custom_fields),
    restrictionAttribute: restriction,
    deletedPagesMax: pagesMax,
  }
}

function textsOf(value: JsonValue | undefined, field: string): readonly string[] {
  if (value === undefined) return []
  if (!isJsonList(value)) throw invalid(field)
  return value.map((entry) => {
    if (typeof entry !== 'string' || entry === '') throw invalid(field)
    return entry
  })
}

function fieldsOf(value: JsonValue | undefined): ReadonlyMap<string, string> {
  if (value === undefined) return new Map()
  if (!isJsonObject(value)) throw invalid('custom_fields')
  const known: readonly string[] = FIELDS_WITHOUT_PLACE
  return new Map(
    Object.entries(value).map(([field, attribute]) => {
      if (!known.includes(field) || typeof attribute !== 'string' || attribute === '') throw invalid('custom_fields')
      return [field, attribute] as const
    }),
  )
}

function invalid(field: string): DsrError {
  return new DsrError('CONFIG_INVALID', 'an option of the Intercom account is not of its kind', { field })
}
