import { isDsrError } from '../../src/connector/index.ts'
import type { CheckReport, Context, ScopeNeed } from '../../src/connector/index.ts'
import { openDesk } from './desk.ts'
import type { Desk } from './desk.ts'
import { manifest } from './manifest.ts'
import { probeMarketing } from './places/contacts.ts'
import { probeLegacy } from './places/legacy.ts'
import { activityMessages } from './places/messages.ts'
import { isEu, subusersOf } from './settings.ts'

/** An address that nobody has: it only shows whether the place answers. */
const PROBE_ADDRESS = 'habeas-probe@example.com'

/** Asks who the key is in every subuser, and which places answer. */
export async function check(context: Context): Promise<CheckReport> {
  const desks: Desk[] = []
  try {
    for (const subuser of subusersOf(context)) desks.push(await openDesk(context, subuser))
  } catch (error) {
    if (!isDsrError(error, 'VENDOR_CREDENTIALS_REJECTED')) throw error
    return { credentials: 'rejected', scopesPresent: [], scopesMissing: [], limits: {}, unavailable: [] }
  }
  for (const desk of desks) {
    await tolerant(probeMarketing(desk))
    if (!desk.gaps.has('legacy_recipient')) await probeLegacy(desk)
    await activityMessages(desk, [PROBE_ADDRESS])
  }
  const present = [...new Set(desks.flatMap(({ scopes }) => scopes))].sort()
  return {
    credentials: 'accepted',
    scopesPresent: present,
    scopesMissing: manifest.scopes.filter((need) => desks.some((desk) => !isGranted(context, desk, need))),
    limits: {},
    unavailable: unavailableAt(desks),
  }
}

/** A scope that is missing is in the report already. */
async function tolerant(probe: Promise<void>): Promise<void> {
  try {
    await probe
  } catch (error) {
    if (!isDsrError(error, 'VENDOR_SCOPE_MISSING')) throw error
  }
}

/** A scope is granted by its own name, or by the wider one that SendGrid also names. */
function isGranted(context: Context, { scopes }: Desk, { scope }: ScopeNeed): boolean {
  if (scopes.includes(scope)) return true
  // The name of the marketing scopes is not documented for certain: any of them counts.
  if (scope === 'marketing.read') return isEu(context) || scopes.some((one) => one.startsWith('marketing'))
  const [family, action] = [scope.split('.')[0], scope.split('.').at(-1)]
  const kinds = ['bounces', 'blocks', 'invalid_emails', 'spam_reports']
  return family === 'suppression' && kinds.every((kind) => scopes.includes(`suppression.${kind}.${action ?? ''}`))
}

function unavailableAt(desks: readonly Desk[]): CheckReport['unavailable'] {
  const whys = new Map(desks.flatMap(({ gaps }) => [...gaps].map(([part, gap]) => [part, gap.why] as const)))
  return [...whys].map(([part, why]) => ({ part, why }))
}
