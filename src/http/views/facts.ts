import type { JsonValue } from '../../domain/json.ts'

/** What a person recognises people and papers by; the names that vendors give to these are many. */
export const FACT_KINDS = [
  'name',
  'first_name',
  'last_name',
  'email',
  'phone',
  'company',
  'job',
  'address',
  'postcode',
  'city',
  'country',
  'language',
  'birthday',
  'title',
  'text',
  'amount',
  'status',
  'created',
] as const
export type FactKind = (typeof FACT_KINDS)[number]

/** Facts that tell two people apart; the others tell two papers apart. */
const PERSONAL: ReadonlySet<FactKind> = new Set(FACT_KINDS.slice(0, FACT_KINDS.indexOf('title')))

/** Told of the person also where the record is silent: that it is, says something. */
const TELLING: ReadonlySet<FactKind> = new Set(['first_name', 'last_name', 'email', 'phone', 'city'])

export type Facts = ReadonlyMap<FactKind, readonly string[]>

const MOST_VALUES = 4
const LONGEST_VALUE = 160
const DEEPEST = 6
const MOST_LEAVES = 2_000

/** The vendors' names for them, without case, separators and prefix. */
const NAMES: Readonly<Record<FactKind, readonly string[]>> = {
  name: ['name', 'fullname', 'displayname', 'contactname', 'personname', 'realname', 'nickname', 'username'],
  first_name: ['firstname', 'givenname', 'prenom'],
  last_name: ['lastname', 'familyname', 'surname', 'nom'],
  email: [
    'email',
    'emails',
    'emailaddress',
    'mail',
    'additionalemails',
    'alternateemails',
    'primaryemail',
    'workemail',
    'toemail',
  ],
  phone: [
    'phone',
    'phones',
    'phonenumber',
    'mobile',
    'mobilephone',
    'mobilephonenumber',
    'telephone',
    'sms',
    'whatsapp',
  ],
  company: ['company', 'companyname', 'organization', 'organisation', 'orgname', 'organizationname'],
  job: ['jobtitle', 'job', 'function'],
  address: ['address', 'addressline', 'street', 'streetaddress', 'address1'],
  postcode: ['postcode', 'postalcode', 'zip', 'zipcode'],
  city: ['city', 'town', 'locality'],
  country: ['country', 'countryname'],
  language: ['language', 'locale', 'preferredlanguage'],
  birthday: ['birthday', 'birthdate', 'dateofbirth'],
  title: ['title', 'subject', 'dealname', 'summary', 'ordername', 'invoicename', 'quotename', 'tasksubject'],
  text: ['body', 'text', 'content', 'note', 'notebody', 'description', 'message', 'comment'],
  amount: ['amount', 'total', 'totalprice', 'price', 'value', 'amountbilled'],
  status: ['status', 'state', 'stage', 'dealstage', 'pipelinestage', 'invoicestatus'],
  created: ['created', 'createdat', 'createdate', 'createddate', 'addtime', 'createdtime'],
}

const KIND_OF: ReadonlyMap<string, FactKind> = new Map(
  FACT_KINDS.flatMap((kind) => NAMES[kind].map((name) => [name, kind] as const)),
)

/** Names that say nothing by themselves: what is under them is called as the list is. */
const TRANSPARENT = new Set(['value', 'values', 'items', 'data', 'properties', 'fields', 'attributes', 'primary'])

/** What a person can read out of a vendor's record; names that nobody but the vendor knows are left out. */
export function factsOf(content: JsonValue): Facts {
  const found = new Map<FactKind, string[]>()
  let leaves = 0
  const visit = (value: JsonValue, name: string, depth: number): void => {
    if (depth > DEEPEST || leaves > MOST_LEAVES) return
    if (isList(value)) {
      for (const one of value) visit(one, name, depth + 1)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) {
        const plain = plainName(key)
        visit(one, TRANSPARENT.has(plain) && KIND_OF.has(name) ? name : plain, depth + 1)
      }
    } else {
      leaves += 1
      note(found, KIND_OF.get(name), value)
    }
  }
  visit(content, '', 0)
  return found
}

// `Array.isArray` alone makes a list of `any` of it.
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function plainName(key: string): string {
  return key
    .toLowerCase()
    .replace(/^hs_/, '')
    .replaceAll(/[^a-z0-9]/g, '')
}

function note(
  found: Map<FactKind, string[]>,
  kind: FactKind | undefined,
  value: string | number | boolean | null,
): void {
  if (kind === undefined || value === null || typeof value === 'boolean') return
  const text = kind === 'created' ? instantOf(value) : String(value).trim().slice(0, LONGEST_VALUE)
  if (text === '') return
  // Some vendors call an e-mail address an address.
  const real = kind === 'address' && text.includes('@') ? 'email' : kind
  const known = found.get(real) ?? []
  if (known.length < MOST_VALUES && !known.includes(text)) found.set(real, [...known, text])
}

const SECONDS_UNTIL = 1e11

/** ISO 8601, of seconds, milliseconds or a text; empty for what is no instant. */
function instantOf(value: string | number): string {
  const plain = typeof value === 'string' && /^\d{9,14}$/.test(value) ? Number(value) : value
  const atMs = typeof plain === 'string' ? Date.parse(plain) : plain < SECONDS_UNTIL ? plain * 1000 : plain
  return Number.isFinite(atMs) && Math.abs(atMs) < 8.64e15 ? new Date(atMs).toISOString() : ''
}

/** Several records of one person as one; facts about papers are left out. */
export function personOf(some: readonly Facts[]): Facts {
  const all = new Map<FactKind, string[]>()
  const told = some.flatMap((facts) => [...facts].flatMap(([kind, values]) => values.map((value) => ({ kind, value }))))
  for (const { kind, value } of told.filter((one) => PERSONAL.has(one.kind))) note(all, kind, value)
  return all
}

/** One line of a comparison. `person` is empty where nothing is known of the person who asks. */
export interface ComparedFact {
  readonly kind: FactKind
  readonly person: readonly string[]
  readonly record: readonly string[]
  readonly isSame: boolean
}

/** A record beside the person who asks, in the order in which people look. */
export function compareFacts(person: Facts, record: Facts): readonly ComparedFact[] {
  // A paper that names nobody is no portrait: the person's own facts beside it would say nothing.
  const isPaper = [...record.keys()].every((kind) => !PERSONAL.has(kind))
  return FACT_KINDS.flatMap((kind) => {
    const [known, given] = [person.get(kind) ?? [], record.get(kind) ?? []]
    if (given.length === 0 && (isPaper || known.length === 0 || !TELLING.has(kind))) return []
    const isSame = given.some((one) => known.some((other) => sameText(one, other)))
    return [{ kind, person: known, record: given, isSame }]
  })
}

function sameText(one: string, other: string): boolean {
  const plain = (text: string) =>
    text
      .normalize('NFC')
      .toLowerCase()
      .replaceAll(/[\s().\-/]/g, '')
  return plain(one) === plain(other)
}
