import { DsrError, isJsonList } from '../../src/connector/index.ts'
import type { Context, JsonValue } from '../../src/connector/index.ts'

/** The account's options, checked. What each means stands in the manifest. */
export interface AccountOptions {
  readonly isUnsubscribedFirst: boolean
  readonly businessUnitIds: readonly number[]
  readonly externalIdProperty: string | undefined
  readonly notInUse: ReadonlySet<string>
  readonly recycleBinPagesMax: number
  readonly formPagesMax: number
}

const RECYCLE_BIN_PAGES = 200
const FORM_PAGES = 400

/** @throws DsrError `CONFIG_INVALID` naming the option that is not of its kind. */
export function optionsOf({ account: { options } }: Context): AccountOptions {
  const externalId = options.external_id_property
  if (externalId !== undefined && (typeof externalId !== 'string' || !/^[a-z][a-z0-9_]*$/.test(externalId)))
    throw invalid('external_id_property')
  const first = options.unsubscribe_before_delete ?? true
  if (typeof first !== 'boolean') throw invalid('unsubscribe_before_delete')
  return {
    isUnsubscribedFirst: first,
    externalIdProperty: externalId,
    businessUnitIds: listOf(options.business_unit_ids, 'business_unit_ids').map((id) => {
      if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw invalid('business_unit_ids')
      return id
    }),
    notInUse: new Set(listOf(options.not_in_use, 'not_in_use').map(String)),
    recycleBinPagesMax: count(options.recycle_bin_pages_max ?? RECYCLE_BIN_PAGES, 'recycle_bin_pages_max'),
    formPagesMax: count(options.form_pages_max ?? FORM_PAGES, 'form_pages_max'),
  }
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
