import { sha256Hex } from '../../../src/crypto/digest.ts'
import { DsrError } from '../../../src/domain/errors.ts'
import type { ControllerId } from '../../../src/domain/ids.ts'
import { controllerId } from '../../../src/domain/ids.ts'
import { RIGHTS, type Right } from '../../../src/domain/right.ts'
import type { Exemption, Policies, Policy, RightPolicy } from '../../../src/ports/runtime.ts'
import { DAY } from './clock.ts'

export const CONTROLLER = controllerId('cooperlink')

export interface PolicyOptions {
  readonly byRight?: Partial<Record<Right, Partial<RightPolicy>>>
  readonly exemptions?: readonly Exemption[]
}

const DEFAULT: RightPolicy = {
  approval: 'person',
  fourEyes: false,
  coolingOffMs: DAY,
  identity: ['account_login'],
  review: 'none',
  maxPerHour: 20,
}

/** One controller's policy: persons approve, a day of cooling-off, unless a test says otherwise. */
export function testPolicies(options: PolicyOptions = {}): Policies {
  const policy: Policy = {
    controllerId: CONTROLLER,
    controllerName: 'Cooperlink',
    timeZone: 'Europe/Brussels',
    country: 'BE',
    languages: ['nl', 'fr', 'en'],
    byRight: byRight(options),
    exemptions: options.exemptions ?? [],
    ownDomains: [],
    hash: sha256Hex('the policy of a test'),
  }
  return {
    of: (id: ControllerId) => {
      if (id !== CONTROLLER) throw new DsrError('NOT_FOUND', 'no such controller')
      return policy
    },
    controllers: () => [CONTROLLER],
  }
}

function byRight(options: PolicyOptions): Policy['byRight'] {
  const of = (right: Right): RightPolicy => ({ ...DEFAULT, ...options.byRight?.[right] })
  const all = RIGHTS.map((right) => [right, of(right)] as const)
  // Every right is among RIGHTS: this is the border where fromEntries forgets it.
  return Object.fromEntries(all) as Record<Right, RightPolicy>
}
