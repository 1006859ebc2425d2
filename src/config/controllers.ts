import { dueAt } from '../domain/deadline.ts'
import { isWritingRight, type Right } from '../domain/right.ts'
import type { AccountConfig, ControllerConfig, OwnerConfig } from '../ports/config.ts'
import type { Exemption, RightPolicy } from '../ports/runtime.ts'
import { accountsOf, checkPlace, type AccountRules, type KnownConnector, connectorNamed } from './accounts.ts'
import { refusal, type KeyPath } from './refusal.ts'
import type { WrittenController } from './shape.ts'
import { isTimeZone, usualTimeZone } from './time-zones.ts'

const HOUR_MS = 3_600_000
const COOLING_OFF_HOURS = 24
const MOST_PER_HOUR = 20

/** One controller with all that is absent filled in safely. @throws DsrError `CONFIG_INVALID`. */
export function controllerOf(written: WrittenController, path: KeyPath, rules: AccountRules): ControllerConfig {
  const accounts = accountsOf(written.accounts, [...path, 'accounts'], rules)
  return {
    id: written.id,
    name: written.name,
    country: written.country,
    languages: written.languages,
    timeZone: timeZoneOf(written, path),
    accounts,
    policy: policyOf(written, path, accounts),
    exemptions: exemptionsOf(written, path, rules.connectors),
    owner: ownerOf(written, path, rules.allow),
    ownDomains: written.own_domains,
    callbackSecret: written.callback_secret,
  }
}

function timeZoneOf(written: WrittenController, path: KeyPath): string {
  try {
    dueAt(Date.UTC(2026, 0, 1), { country: written.country, timeZone: 'UTC' })
  } catch {
    // Better now than with the first request: a due date needs the country's public holidays.
    throw refusal([...path, 'country'], 'must be the ISO 3166 code of a country whose public holidays are known, as BE')
  }
  const timeZone = written.time_zone ?? usualTimeZone(written.country)
  if (timeZone === undefined)
    throw refusal([...path, 'time_zone'], 'must be there for this country, as Europe/Brussels')
  if (!isTimeZone(timeZone)) throw refusal([...path, 'time_zone'], 'must be an IANA time zone, as Europe/Brussels')
  return timeZone
}

function policyOf(
  written: WrittenController,
  path: KeyPath,
  accounts: readonly AccountConfig[],
): Readonly<Record<Right, RightPolicy>> {
  const isDemo = accounts.every((account) => account.isSandbox)
  const policy = (right: Right): RightPolicy => {
    const given = written.policy[right] ?? {}
    const isWriting = isWritingRight(right)
    if (isWriting && given.cooling_off_hours === 0 && !isDemo) {
      throw refusal([...path, 'policy', right, 'cooling_off_hours'], 'may be 0 only when every account is a sandbox')
    }
    // Art. 21(3) GDPR: an objection to direct marketing has effect at once, and nobody weighs it.
    const approval = given.approval ?? (isWriting && right !== 'objection' ? 'person' : 'auto')
    if (given.four_eyes === true && approval === 'auto')
      throw refusal([...path, 'policy', right, 'four_eyes'], 'needs approval: person')
    return {
      approval,
      fourEyes: given.four_eyes ?? false,
      // Only erasure cannot be taken back.
      coolingOffMs: (given.cooling_off_hours ?? (right === 'erasure' ? COOLING_OFF_HOURS : 0)) * HOUR_MS,
      // Without a word on identity, a person looks at each.
      identity: given.identity ?? [],
      // What a vendor keeps may be about third parties too.
      review: given.review ?? (isWriting ? 'none' : 'person'),
      maxPerHour: given.max_per_hour ?? MOST_PER_HOUR,
    }
  }
  const [access, portability, erasure] = [policy('access'), policy('portability'), policy('erasure')]
  const [rectification, objection, restriction] = [policy('rectification'), policy('objection'), policy('restriction')]
  return { access, portability, erasure, rectification, objection, restriction }
}

/** An exemption that names nothing would keep nothing, and the data it was written for would be erased. */
function exemptionsOf(
  written: WrittenController,
  path: KeyPath,
  connectors: readonly KnownConnector[],
): readonly Exemption[] {
  return written.exemptions.map((exemption, at) => {
    const account = written.accounts.find((one) => one.id === exemption.account)
    if (account === undefined)
      throw refusal([...path, 'exemptions', at, 'account'], 'is not an account of this controller')
    const depth = connectorNamed(connectors, account.connector)?.depth ?? []
    if (!depth.some((row) => row.part === exemption.part)) {
      throw refusal([...path, 'exemptions', at, 'part'], 'is not a part of the connector')
    }
    const { part, law, keep_years: keepYears } = exemption
    return { accountId: account.id, part, law, keepYears }
  })
}

function ownerOf(written: WrittenController, path: KeyPath, allow: readonly string[]): OwnerConfig {
  const { email, webhook_url: url, webhook_secret: secret } = written.owner
  if (url === undefined || secret === undefined) return { email, webhook: undefined }
  checkPlace(url, [...path, 'owner', 'webhook_url'], allow)
  return { email, webhook: { url, secret } }
}
