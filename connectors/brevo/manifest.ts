import type { Manifest, ScopeNeed, StepManifest } from '../../src/connector/index.ts'
import { DEPTH } from './depth.ts'
import { BUCKETS } from './limits.ts'
import type { Bucket } from './limits.ts'

const step = (bucket: Bucket, more: Partial<StepManifest> = {}): StepManifest => ({
  batchMax: 1,
  lingerMs: 0,
  bucket,
  isRepeatable: true,
  isAsynchronous: false,
  ...more,
})

// No maximum is published for this call; a hundred is small, and a refusal splits the batch.
const TOGETHER = { batchMax: 100, lingerMs: 5_000 }

export const STEPS = {
  block_contact: step('contacts', TOGETHER),
  delete_file: step('everything_else'),
  redact_note: step('everything_else'),
  delete_note: step('everything_else'),
  redact_task: step('everything_else'),
  delete_task: step('everything_else'),
  redact_deal: step('everything_else'),
  unlink_deal: step('everything_else'),
  redact_company: step('everything_else'),
  unlink_company: step('everything_else'),
  // "Each request can contain up to 1000 object record identifiers", of one type.
  delete_objects: step('everything_else', { batchMax: 1_000, lingerMs: 5_000, isAsynchronous: true }),
  delete_mail_log: step('smtp', { isAsynchronous: true }),
  delete_contact: step('contacts'),
  keep_blocklist: step('contacts'),
  correct_contact: step('contacts'),
  restore_blocklist: step('contacts', TOGETHER),
  restrict_contact: step('contacts', TOGETHER),
} as const satisfies Readonly<Record<string, StepManifest>>

export type StepName = keyof typeof STEPS

export function isStepName(name: string): name is StepName {
  return Object.hasOwn(STEPS, name)
}

const PAGE = 'https://app.brevo.com/settings/keys/api'

export const SCOPES: readonly ScopeNeed[] = [
  { scope: 'API key (v3)', neededFor: 'everything: a key of Brevo’s has no scopes', page: PAGE },
]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

export const MANIFEST = {
  id: 'brevo',
  aliases: ['sendinblue'],
  title: 'Sendinblue (Brevo)',
  version: '1',
  baseUrl: 'https://api.brevo.com',
  rights: ['access', 'portability', 'erasure', 'rectification', 'objection', 'restriction'],
  searches: ['email', 'phone', 'external_id'],
  buckets: BUCKETS,
  steps: STEPS,
  // After 1 minute, 10 minutes, 24 and 48 hours: no delay is published but that of mail logs, up to two days.
  verifyAfterMs: [MINUTE_MS, 9 * MINUTE_MS, 24 * HOUR_MS - 10 * MINUTE_MS, 24 * HOUR_MS],
  absencesNeeded: 1,
  scopes: SCOPES,
  depth: DEPTH,
  options: {
    mail_log_months: 'how many months back transactional mail, SMS, WhatsApp and events are read, 1 to 60 (default 24)',
    attributes:
      'object: which contact attribute holds first_name, last_name, phone, street_address, postal_code, locality, country, job_title, organisation (defaults: FIRSTNAME or PRENOM, LASTNAME or NOM, SMS, JOB_TITLE)',
    blocklist_stub:
      '"found" (default): every erased contact leaves a bare blocked one; "if_blocklisted": only who was on the blocklist; "never"',
    not_in_use: 'list of parts that this account does not have (orders, tasks …); they are not asked for',
  },
} as const satisfies Manifest
