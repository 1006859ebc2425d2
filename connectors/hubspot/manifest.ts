import type { BucketLimit, Manifest, ScopeNeed, StepManifest } from '../../src/connector/index.ts'
import { DEPTH } from './depth.ts'
import { ARCHIVED_TYPES, REDACTED_TYPES } from './object-types.ts'

const GUIDELINES = 'HubSpot usage guidelines, November 2026: lowest plan'
const TEN_SECONDS_MS = 10_000
const DAY_MS = 24 * 60 * 60 * 1000

const BUCKETS: Readonly<Record<string, BucketLimit>> = {
  ten_seconds: { limit: 100, windowMs: TEN_SECONDS_MS, scope: 'credential', source: GUIDELINES },
  day: { limit: 250_000, windowMs: DAY_MS, scope: 'account', source: GUIDELINES },
  search: { limit: 5, windowMs: 1000, scope: 'account', source: 'HubSpot CRM search guide, November 2026' },
  associations: {
    limit: 100,
    windowMs: TEN_SECONDS_MS,
    scope: 'account',
    // The published document marks these calls exempt; the guide names a limit of their own. We keep the stricter.
    source: 'HubSpot associations v4 guide, November 2026: lowest plan',
  },
}

export const BATCH_MAX = 100
const LINGER_MS = 2_000

const single: StepManifest = {
  batchMax: 1,
  lingerMs: 0,
  bucket: 'ten_seconds',
  isRepeatable: true,
  isAsynchronous: false,
}

const batched: StepManifest = { ...single, batchMax: BATCH_MAX, lingerMs: LINGER_MS }
const linked: StepManifest = { ...batched, bucket: 'associations' }

const STEPS: Readonly<Record<string, StepManifest>> = {
  unsubscribe: single,
  delete_file: single,
  delete_thread: single,
  ...Object.fromEntries(
    ARCHIVED_TYPES.flatMap(({ type }) => [
      [`archive_${type}`, batched],
      [`redact_${type}`, batched],
      [`unlink_${type}`, linked],
    ]),
  ),
  ...Object.fromEntries(REDACTED_TYPES.map(({ type }) => [`redact_${type}`, batched])),
  purge_contact: single,
  correct_contact: batched,
  drop_old_address: batched,
  mark_restriction: batched,
}

const PAGE = 'https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview'

const scope = (name: string, neededFor: string): ScopeNeed => ({ scope: name, neededFor, page: PAGE })

export const SCOPES: readonly ScopeNeed[] = [
  scope('crm.objects.contacts.read', 'finding the person and reading contacts and activities'),
  scope('crm.objects.contacts.write', 'erasing contacts and activities, correcting and marking contacts'),
  scope('crm.schemas.contacts.read', 'reading every property of a contact'),
  scope('crm.objects.companies.read', 'links to companies'),
  scope('crm.objects.deals.read', 'deals'),
  scope('crm.objects.deals.write', 'blanking a person’s traces in deals'),
  scope('crm.objects.leads.read', 'leads'),
  scope('crm.objects.leads.write', 'erasing leads'),
  scope('crm.objects.orders.read', 'orders'),
  scope('crm.objects.orders.write', 'blanking a person’s traces in orders'),
  scope('crm.objects.quotes.read', 'quotes'),
  scope('crm.objects.invoices.read', 'invoices'),
  scope('crm.objects.feedback_submissions.read', 'answers to feedback surveys'),
  scope('crm.objects.custom.read', 'records of own object types'),
  scope('crm.schemas.custom.read', 'the list of own object types'),
  scope('crm.objects.owners.read', 'recognising HubSpot users'),
  scope('crm.objects.marketing_events.read', 'attendance at marketing events'),
  scope('crm.lists.read', 'list memberships'),
  scope('tickets', 'tickets'),
  scope('communication_preferences.read', 'subscription choices'),
  scope('communication_preferences.read_write', 'unsubscribing before erasure and on objection'),
  scope('conversations.read', 'conversations'),
  scope('conversations.write', 'erasing conversations'),
  scope('files', 'attachments'),
  scope('files.ui_hidden.read', 'attachments that are hidden in the file manager'),
  scope('forms', 'submitted forms'),
  scope('content', 'e-mail events'),
  scope('automation.sequences.read', 'sequence enrolments'),
  scope('behavioral_events.event_definitions.read_write', 'behavioural events'),
]

export const MANIFEST = {
  id: 'hubspot',
  title: 'HubSpot',
  version: '1',
  baseUrl: 'https://api.hubapi.com',
  rights: ['access', 'portability', 'erasure', 'rectification', 'objection', 'restriction'],
  searches: ['email', 'phone', 'external_id'],
  buckets: BUCKETS,
  steps: STEPS,
  verifyAfterMs: [10_000, 120_000, 1_800_000],
  absencesNeeded: 1,
  scopes: SCOPES,
  depth: DEPTH,
  options: {
    unsubscribe_before_delete:
      'true (default): unsubscribe every known address before the contact is erased, so that no import mails it again',
    business_unit_ids: 'list of numbers: brands to unsubscribe from besides the account’s default brand',
    restriction_property:
      'name of a contact property that marks a restricted contact; without it HubSpot has no place for a restriction',
    restriction_value: 'what that property is set to (default "true")',
    restriction_unsubscribes:
      'true (default): a restricted contact’s addresses are opted out of e-mail as well; HubSpot takes that back only with the person’s consent',
    external_id_property: 'name of the unique contact property that holds your own customer number',
    not_in_use: 'list of parts that this account does not have (no such product); they are not asked for',
    recycle_bin_pages_max: 'how many pages of 100 deleted contacts are searched for the person (default 200)',
    form_pages_max: 'how many pages of 50 submissions are searched in each form (default 400)',
  },
} as const satisfies Manifest
