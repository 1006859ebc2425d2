import { DsrError, isJsonList, isJsonObject } from '../../src/connector/index.ts'
import type { Context, CorrectableField, JsonValue } from '../../src/connector/index.ts'

export type StubPolicy = 'found' | 'if_blocklisted' | 'never'

/** The account's options, checked. What each means stands in the manifest. */
export interface AccountOptions {
  readonly months: number
  /** Names of the attributes that may hold a field, the likeliest first. */
  readonly attributesOf: (field: CorrectableField) => readonly string[]
  readonly stub: StubPolicy
  readonly notInUse: ReadonlySet<string>
}

/** Brevo makes the first attributes of an account in its owner's language. */
const USUAL: Readonly<Record<Exclude<CorrectableField, 'email'>, readonly string[]>> = {
  first_name: ['FIRSTNAME', 'PRENOM', 'VORNAME', 'VOORNAAM'],
  last_name: ['LASTNAME', 'NOM', 'NACHNAME', 'ACHTERNAAM'],
  phone: ['SMS'],
  job_title: ['JOB_TITLE'],
  street_address: [],
  postal_code: [],
  locality: [],
  country: [],
  organisation: [],
}

const MONTHS = 24
const MONTHS_MAX = 60

/** @throws DsrError `CONFIG_INVALID` naming the option that is not of its kind. */
export function optionsOf({ account: { options } }: Context): AccountOptions {
  const months = options.mail_log_months ?? MONTHS
  if (typeof months !== 'number' || !Number.isSafeInteger(months) || months < 1 || months > MONTHS_MAX)
    throw invalid('mail_log_months')
  const own = attributesIn(options.attributes)
  return {
    months,
    attributesOf: (field) => {
      if (field === 'email') return ['EMAIL']
      const named = own.get(field)
      return named === undefined ? USUAL[field] : [named]
    },
    stub: stubPolicy(options.blocklist_stub),
    notInUse: new Set(textsIn(options.not_in_use, 'not_in_use')),
  }
}

function stubPolicy(value: JsonValue = 'found'): StubPolicy {
  switch (value) {
    case 'found':
    case 'if_blocklisted':
    case 'never':
      return value
    default:
      throw invalid('blocklist_stub')
  }
}

function attributesIn(value: JsonValue = {}): ReadonlyMap<string, string> {
  if (!isJsonObject(value)) throw invalid('attributes')
  return new Map(
    Object.entries(value).map(([field, attribute]) => {
      if (!Object.hasOwn(USUAL, field) || typeof attribute !== 'string' || attribute === '') throw invalid('attributes')
      // Brevo writes attributes in capitals, and takes them only so.
      return [field, attribute.toUpperCase()] as const
    }),
  )
}

function textsIn(value: JsonValue | undefined, field: string): readonly string[] {
  if (value === undefined) return []
  if (!isJsonList(value)) throw invalid(field)
  return value.map((entry) => {
    if (typeof entry !== 'string' || entry === '') throw invalid(field)
    return entry
  })
}

function invalid(field: string): DsrError {
  return new DsrError('CONFIG_INVALID', 'an option of the Brevo account is not of its kind', { field })
}
