import { DsrError, isJsonList } from '../../src/connector/index.ts'
import type { Context, JsonValue } from '../../src/connector/index.ts'

/** The account's options, checked. What each means stands in the manifest. */
export interface AccountOptions {
  readonly isUnsubscribedFirst: boolean
  readonly businessUnitIds: readonly number[]
  readonly externalIdProperty: string | undefined
  /** The property that says so, since HubSpot has nothing of its own. */
  readonly restriction: Restriction | undefined
  readonly notInUse: ReadonlySet<string>
  readonly recycleBinPagesMax: number
  readonly formPagesMax: number
}

export interface Restriction {
  readonly property: string
  readonly value: string
  readonly isUnsubscribing: boolean
}

const RECYCLE_BIN_PAGES = 200
const FORM_PAGES = 400

type Options = Context['account']['options']

/** @throws DsrError `CONFIG_INVALID` naming the option that is not of its kind. */
export function optionsOf({ account: { options } }: Context): AccountOptions {
  return {
    isUnsubscribedFirst: flag(options, 'unsubscribe_before_delete'),
    externalIdProperty: propertyIn(options, 'external_id_property'),
    restriction: restrictionIn(options),
    businessUnitIds: listOf(options.business_unit_ids, 'business_unit_ids').map((id) => {
      if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw invalid('business_unit_ids')
      return id
    }),
    notInUse: new Set(listOf(options.not_in_use, 'not_in_use').map(String)),
    recycleBinPagesMax: count(options.recycle_bin_pages_max ?? RECYCLE_BIN_PAGES, 'recycle_bin_pages_max'),
    formPagesMax: count(options.form_pages_max ?? FORM_PAGES, 'form_pages_max'),
  }
}

function restrictionIn(options: Options): Restriction | undefined {
  const property = propertyIn(options, 'restriction_property')
  const value = options.restriction_value ?? 'true'
  if (typeof value !== 'string' || value === '') throw invalid('restriction_value')
  const isUnsubscribing = flag(options, 'restriction_unsubscribes')
  return property === undefined ? undefined : { property, value, isUnsubscribing }
}

function propertyIn(options: Options, field: string): string | undefined {
  const name = options[field]
  if (name !== undefined && (typeof name !== 'string' || !/^[a-z][a-z0-9_]*$/.test(name))) throw invalid(field)
  return name
}

function flag(options: Options, field: string): boolean {
  const value = options[field] ?? true
  if (typeof value !== 'boolean') throw invalid(field)
  return value
}

function listOf(value: JsonValue | undefined, field: string): readonly JsonValue[] {
  if (value === undefined) return []
  if (!isJsonList(value)) throw invalid(field)
  return value
}

function count(value: JsonValue, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw invalid(field)
  return value
}

function invalid(field: string): DsrError {
  return new DsrError('CONFIG_INVALID', 'an option of the HubSpot account is not of its kind', { field })
}
