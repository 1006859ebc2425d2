import type { BucketLimit, Manifest, ScopeNeed, StepManifest } from '../../src/connector/index.ts'
import { DEPTH } from './depth.ts'

const BUCKETS: Readonly<Record<string, BucketLimit>> = {
  ten_seconds: {
    limit: 1_667,
    windowMs: 10_000,
    scope: 'account',
    source: 'Intercom rate limiting page, November 2026: 10,000 calls a minute and app, spread over ten-second windows',
  },
}

const single: StepManifest = {
  batchMax: 1,
  lingerMs: 0,
  bucket: 'ten_seconds',
  isRepeatable: true,
  isAsynchronous: false,
}

const STEPS = {
  redact_part: single,
  detach_contact: single,
  delete_conversation: single,
  delete_ticket: single,
  delete_custom_object: single,
  blank_contact: single,
  delete_contact: single,
  correct_contact: single,
  unsubscribe_contact: single,
  opt_out: single,
  withdraw_opt_in: single,
  mark_restricted: single,
} as const satisfies Readonly<Record<string, StepManifest>>

export type StepName = keyof typeof STEPS

const PAGE = 'https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/oauth-scopes'

const scope = (name: string, neededFor: string): ScopeNeed => ({ scope: name, neededFor, page: PAGE })

export const SCOPES: readonly ScopeNeed[] = [
  scope('Read and list users and companies', 'finding the person and reading contacts'),
  scope('Read one user and one company', 'looking again at a contact'),
  scope('Write users and companies', 'erasing, correcting and unsubscribing contacts'),
  scope('Read conversations', 'conversations, side conversations, calls'),
  scope('Write conversations', 'erasing conversations and redacting a person’s part in those with others'),
  scope('Delete conversations and metrics', 'erasing the ratings and statistics of a conversation along with it'),
  scope('Read tickets', 'tickets'),
  scope('Write tickets', 'erasing tickets'),
  scope('Read events', 'events'),
  scope('Read tags', 'tags'),
  scope('Read and write custom objects', 'custom objects'),
  scope('Read admins', 'recognising teammates'),
]

export const MANIFEST = {
  id: 'intercom',
  title: 'Intercom',
  version: '1',
  baseUrl: 'https://api.intercom.io',
  rights: ['access', 'portability', 'erasure', 'rectification', 'objection', 'restriction'],
  searches: ['email', 'phone', 'external_id'],
  buckets: BUCKETS,
  steps: STEPS,
  // A search shows what has happened after some minutes; the last look is later than that.
  verifyAfterMs: [10_000, 120_000, 900_000],
  absencesNeeded: 1,
  scopes: SCOPES,
  depth: DEPTH,
  options: {
    not_in_use: 'list of parts that this workspace does not have (calls, tickets …); they are not asked for',
    custom_object_types: 'list of custom object types to search besides those that a contact names itself',
    retain_metrics:
      'true: keep a deleted conversation’s ratings and statistics in reports (default false: delete them too)',
    custom_fields:
      'object: which custom attribute of a contact holds street_address, postal_code, locality, country, job_title, organisation',
    restriction_attribute:
      'name of the yes/no custom attribute that marks a restricted contact (default dsr_restricted)',
    deleted_pages_max: 'how many pages of 60 deleted conversations are searched for evidence (default 50)',
  },
} as const satisfies Manifest
