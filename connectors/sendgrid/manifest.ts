import type { Manifest, StepManifest } from '../../src/connector/index.ts'
import { depth } from './depth.ts'

const MINUTE_MS = 60_000
const UNPUBLISHED = 'unpublished: conservative; the answer headers steer it'

const step = (bucket: string, more: Partial<StepManifest> = {}): StepManifest => ({
  batchMax: 1,
  lingerMs: 0,
  bucket,
  isRepeatable: true,
  isAsynchronous: false,
  ...more,
})

// No maximum is published for lists of addresses; 500 is the page size of the same lists.
const ADDRESSES = { batchMax: 500, lingerMs: 5_000 }

export const steps = {
  suppress_globally: step('suppressions', ADDRESSES),
  leave_allow_list: step('settings', ADDRESSES),
  leave_list: step('contacts', { isAsynchronous: true }),
  drop_alternate: step('contacts', { isAsynchronous: true }),
  delete_contacts: step('contacts', { batchMax: 100, lingerMs: 5_000, isAsynchronous: true }),
  delete_legacy_recipients: step('contacts', { batchMax: 100, lingerMs: 5_000 }),
  delete_bounces: step('suppressions', ADDRESSES),
  delete_blocks: step('suppressions', ADDRESSES),
  delete_spam_reports: step('suppressions', ADDRESSES),
  delete_invalid_emails: step('suppressions', ADDRESSES),
  leave_group: step('suppressions'),
  join_group: step('suppressions'),
  correct_contact: step('contacts', { isAsynchronous: true }),
  // 5,000 addresses or 256 KB a call: one call serves everybody who asked within a quarter of an hour.
  erase_mail_events: step('erasejob', { batchMax: 5_000, lingerMs: 15 * MINUTE_MS, isAsynchronous: true }),
  restore_suppression: step('suppressions'),
  remove_teammate: step('settings'),
  remove_alert: step('settings'),
} as const satisfies Record<string, StepManifest>

export type StepName = keyof typeof steps

export function isStepName(name: string): name is StepName {
  return Object.hasOwn(steps, name)
}

const KEYS_PAGE = 'Settings > API Keys'

export const manifest: Manifest = {
  id: 'sendgrid',
  title: 'Twilio SendGrid',
  version: '1',
  baseUrl: 'https://api.sendgrid.com',
  rights: ['access', 'portability', 'erasure', 'rectification', 'objection', 'restriction'],
  searches: ['email', 'phone', 'external_id'],
  buckets: {
    contacts: { limit: 5, windowMs: 1_000, scope: 'account', source: UNPUBLISHED },
    suppressions: { limit: 10, windowMs: 1_000, scope: 'account', source: UNPUBLISHED },
    logs: { limit: 5, windowMs: 1_000, scope: 'account', source: UNPUBLISHED },
    settings: { limit: 5, windowMs: 1_000, scope: 'account', source: UNPUBLISHED },
    email_activity: {
      limit: 6,
      windowMs: MINUTE_MS,
      scope: 'account',
      source: 'Email Activity API, rate limits (read 2026-01)',
    },
    erasejob: {
      limit: 100,
      windowMs: MINUTE_MS,
      scope: 'account',
      source: 'Recipients’ Data Erasure API, OpenAPI of 2026-01-22',
    },
  },
  steps,
  // 1 min, 10 min, 1 h, 24 h and 72 h after acting: contact search lags by minutes, mail events by days.
  verifyAfterMs: [MINUTE_MS, 10 * MINUTE_MS, 50 * MINUTE_MS, 23 * 60 * MINUTE_MS, 48 * 60 * MINUTE_MS],
  absencesNeeded: 2,
  scopes: [
    need('marketing.read', 'finding and erasing marketing contacts ("Marketing: Full Access")'),
    need('suppression.read', 'finding bounces, blocks, invalid addresses and spam reports'),
    need('suppression.delete', 'erasing bounces, blocks, invalid addresses and spam reports'),
    need('asm.groups.read', 'reading unsubscribe groups'),
    need('asm.groups.suppressions.read', 'finding group unsubscribes'),
    need('asm.groups.suppressions.create', 'unsubscribing from groups on objection'),
    need('asm.groups.suppressions.delete', 'erasing group unsubscribes'),
    need('asm.suppressions.global.read', 'reading the global unsubscribe'),
    need('asm.suppressions.global.create', 'setting the global unsubscribe'),
    need('mail_settings.address_whitelist.read', 'reading the address allow list'),
    need('mail_settings.address_whitelist.update', 'taking an address off the allow list'),
    need('recipients.erasejob.create', 'erasing mail events; for accounts made before 25 July 2023 ask Twilio Support'),
    need('messages.read', 'reading Email Activity and Email Logs'),
    need('teammates.read', 'finding members of staff with a seat'),
    need('teammates.delete', 'removing a seat once a person decided'),
    need('alerts.read', 'finding addresses that receive alerts'),
    need('alerts.delete', 'removing an alert once a person decided'),
  ],
  depth,
  options: {
    subusers: 'Subusers to visit besides the account itself; "" is the account. Nothing cascades to a subuser.',
    region:
      '"eu" for a regional subuser at api.eu.sendgrid.com, where Marketing Campaigns and Email Activity do not exist.',
    suppress:
      '"found" (default): set the global unsubscribe where the person was found; "always": in every subuser; "never": set none.',
  },
}

function need(scope: string, neededFor: string) {
  return { scope, neededFor, page: KEYS_PAGE }
}
