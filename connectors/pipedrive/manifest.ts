import type { Manifest, ScopeNeed, StepManifest } from '../../src/connector/index.ts'
import { BUCKETS } from './costs.ts'
import { DEPTH } from './depth.ts'
import { ERASURE_STEPS } from './erase-steps.ts'

// Pipedrive has no batch form of any change.
const single: StepManifest = {
  batchMax: 1,
  lingerMs: 0,
  bucket: 'tokens',
  isRepeatable: true,
  isAsynchronous: false,
}

const PAGE = 'https://pipedrive.readme.io/docs/marketplace-scopes-and-permissions-explanations'

const scope = (name: string, neededFor: string): ScopeNeed => ({ scope: name, neededFor, page: PAGE })

/** An API token has no scopes: it may what its user may. These are the words of an app's grant for the same. */
export const SCOPES: readonly ScopeNeed[] = [
  scope('admin', 'seeing every person, whoever owns it: the token of an administrator'),
  scope('contacts:full', 'persons, pictures, notes and files, and changing them'),
  scope('activities:full', 'activities'),
  scope('deals:full', 'deals and blanking a person’s traces in them'),
  scope('leads:full', 'leads'),
  scope('mail:full', 'mail'),
  scope('projects:full', 'projects'),
  scope('phone-integration', 'call logs'),
  scope('search:read', 'finding the person'),
  scope('users:read', 'recognising Pipedrive users'),
]

export const MANIFEST = {
  id: 'pipedrive',
  title: 'Pipedrive',
  version: '1',
  baseUrl: 'https://api.pipedrive.com',
  rights: ['access', 'portability', 'erasure', 'rectification', 'objection', 'restriction'],
  searches: ['email', 'phone', 'external_id'],
  buckets: BUCKETS,
  steps: {
    ...Object.fromEntries(ERASURE_STEPS.map((step) => [step, single])),
    correct_person: single,
    // "Only allowed once to change": a second change is refused in silence, which a look afterwards sees.
    unsubscribe: single,
    mark_objection: single,
    mark_restriction: single,
  },
  verifyAfterMs: [10_000, 300_000],
  absencesNeeded: 1,
  scopes: SCOPES,
  depth: DEPTH,
  options: {
    tokens_per_day: 'tokens that Pipedrive grants the company a day: 30 000 × plan factor × seats (default 30000)',
    tokens_share: 'part of the tokens that Habeas may spend, 0.05 to 0.8 (default 0.5); the rest is for other programs',
    external_id_field: 'key (40 digits) of the custom field that holds your own customer number',
    objection_field: 'key of the custom field that records an objection, for companies without Campaigns',
    objection_value: 'what is set in that field (default "objection")',
    restriction_field: 'key of the custom field that records a restriction; Pipedrive has none of its own',
    restriction_value: 'what is set in that field (default "restriction")',
    not_in_use: 'list of parts that this account does not have (no such product); they are not asked for',
  },
} as const satisfies Manifest
