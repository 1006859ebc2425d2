import { DsrError, isJsonList, isJsonObject } from '../../src/connector/index.ts'
import type { Context, CorrectableField, JsonValue } from '../../src/connector/index.ts'

/** The account's options, checked. What each means stands in the manifest. */
export interface AccountOptions {
  readonly notInUse: ReadonlySet<string>
  readonly ownRequests: 'delete' | 'redact'
  readonly standIn: string | undefined
  readonly privacyRequestType: string
  readonly correctionFields: ReadonlyMap<string, string>
  readonly restrictionLevel: string | undefined
  readonly revokesPortal: boolean
}

const FIELDS: readonly CorrectableField[] = [
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
]

/** @throws DsrError `CONFIG_INVALID` naming the option that is not of its kind. */
export function optionsOf({ account: { options } }: Context): AccountOptions {
  const ownRequests = options.own_requests ?? 'delete'
  if (ownRequests !== 'delete' && ownRequests !== 'redact') throw invalid('own_requests')
  const revokes = options.revoke_portal ?? false
  if (typeof revokes !== 'boolean') throw invalid('revoke_portal')
  const privacyRequestType = textOf(options.privacy_request_type, 'privacy_request_type') ?? 'Privacy request'
  const restrictionLevel = textOf(options.restriction_level, 'restriction_level')
  if (restrictionLevel !== undefined && !/^\d{1,18}$/.test(restrictionLevel)) throw invalid('restriction_level')
  return {
    notInUse: new Set(textsOf(options.not_in_use, 'not_in_use')),
    ownRequests,
    standIn: textOf(options.stand_in_account, 'stand_in_account'),
    privacyRequestType,
    correctionFields: fieldsOf(options.correction_fields),
    restrictionLevel,
    revokesPortal: revokes,
  }
}

function textOf(value: JsonValue | undefined, field: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value === '') throw invalid(field)
  return value
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
  if (!isJsonObject(value)) throw invalid('correction_fields')
  const known: readonly string[] = FIELDS
  return new Map(
    Object.entries(value).map(([field, id]) => {
      if (!known.includes(field) || typeof id !== 'string' || !/^customfield_\d+$/.test(id))
        throw invalid('correction_fields')
      return [field, id] as const
    }),
  )
}

function invalid(field: string): DsrError {
  return new DsrError('CONFIG_INVALID', 'an option of the Jira account is not of its kind', { field })
}
