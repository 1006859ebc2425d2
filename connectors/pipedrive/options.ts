import { DsrError, isJsonList } from '../../src/connector/index.ts'
import type { Context, JsonValue } from '../../src/connector/index.ts'
import { SMALLEST_BUDGET } from './costs.ts'
import type { Budget } from './costs.ts'

/** The account's options, checked. What each means stands in the manifest. */
export interface AccountOptions {
  readonly budget: Budget
  readonly externalIdField: string | undefined
  /** The custom field that says so, where Pipedrive has nothing of its own. */
  readonly objection: Mark | undefined
  readonly restriction: Mark | undefined
  readonly notInUse: ReadonlySet<string>
}

/** A custom field and the value that is set in it. */
export interface Mark {
  readonly field: string
  readonly value: string | number
}

const DEFAULT_SHARE = 0.5

/** @throws DsrError `CONFIG_INVALID` naming the option that is not of its kind. */
export function optionsOf({ account: { options } }: Context): AccountOptions {
  return {
    budget: {
      tokensPerDay: numberIn(options.tokens_per_day ?? SMALLEST_BUDGET, { least: 1_000, field: 'tokens_per_day' }),
      share: shareIn(options.tokens_share ?? DEFAULT_SHARE),
    },
    externalIdField: keyIn(options.external_id_field, 'external_id_field'),
    objection: markIn(options, 'objection'),
    restriction: markIn(options, 'restriction'),
    notInUse: new Set(textsIn(options.not_in_use)),
  }
}

function numberIn(value: JsonValue, { least, field }: { readonly least: number; readonly field: string }): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) throw invalid(field)
  return value
}

function shareIn(value: JsonValue): number {
  if (typeof value !== 'number' || !(value >= 0.05 && value <= 0.8)) throw invalid('tokens_share')
  return value
}

/** The key of a custom field: 40 hexadecimal digits. */
function keyIn(value: JsonValue | undefined, field: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^[0-9a-f]{40}$/.test(value)) throw invalid(field)
  return value
}

function markIn(options: Context['account']['options'], name: 'objection' | 'restriction'): Mark | undefined {
  const field = keyIn(options[`${name}_field`], `${name}_field`)
  const value = options[`${name}_value`] ?? name
  if ((typeof value !== 'string' && typeof value !== 'number') || value === '') throw invalid(`${name}_value`)
  return field === undefined ? undefined : { field, value }
}

function textsIn(value: JsonValue | undefined): readonly string[] {
  if (value === undefined) return []
  if (!isJsonList(value)) throw invalid('not_in_use')
  return value.map((entry) => {
    if (typeof entry !== 'string') throw invalid('not_in_use')
    return entry
  })
}

function invalid(field: string): DsrError {
  return new DsrError('CONFIG_INVALID', 'an option of the Pipedrive account is not of its kind', { field })
}
