import type { SwitchTable } from '../../../src/connector/testing.ts'

/** What SendGrid does not document, or does to some accounts only; the first value is the one at the start. */
export const switches = {
  /** `X-RateLimit-Reset` as a unix time (general pages) or as seconds (erasure job). */
  rate_limit_reset: ['unix', 'seconds'],
  /** Whether the erasure job takes the address off the global list. */
  erasejob_suppression: ['removes', 'keeps'],
  erasejob_logs: ['covered', 'left'],
  /** Accounts made before 25 July 2023 lack the scope until Support grants it. */
  erasejob: ['granted', 'forbidden'],
  email_activity: ['present', 'forbidden', 'refused'],
  /** Accounts made since about 2019 have none. */
  legacy_contactdb: ['present', 'absent'],
  /** How long a deleted contact is still found: half a minute, by the next search only, or not at all. */
  index_lag: ['time', 'once', 'none'],
  contact_job: ['completes', 'errors', 'errors_for_one', 'stays_pending'],
  /** What a PUT with fewer alternate addresses does. */
  alternate_put: ['replaces', 'merges'],
  /** The answer to deleting a suppression that is not there. */
  second_delete: ['204', '404'],
  /** `tiny`: two records a page wherever the vendor pages. */
  pages: ['vendor', 'tiny'],
  teammates_field: ['result', 'results'],
  region: ['global', 'eu'],
} as const satisfies SwitchTable
