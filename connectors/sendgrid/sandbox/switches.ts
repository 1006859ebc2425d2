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
} as const

export type SwitchName = keyof typeof switches
export type Switches = { -readonly [Name in SwitchName]: (typeof switches)[Name][number] }

export function initialSwitches(): Switches {
  return {
    rate_limit_reset: 'unix',
    erasejob_suppression: 'removes',
    erasejob_logs: 'covered',
    erasejob: 'granted',
    email_activity: 'present',
    legacy_contactdb: 'present',
    index_lag: 'time',
    contact_job: 'completes',
    alternate_put: 'replaces',
    second_delete: '204',
    pages: 'vendor',
    teammates_field: 'result',
    region: 'global',
  }
}

/** The switches with one of them changed. @throws Error for an unknown name or value. */
export function changed(current: Switches, name: string, value: string): Switches {
  const values: readonly string[] = Object.hasOwn(switches, name) ? switches[name as SwitchName] : []
  if (!values.includes(value)) throw new Error('the sandbox has no such switch or value')
  return { ...current, [name]: value }
}
