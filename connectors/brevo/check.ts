import { isDsrError, listAt, textAt } from '../../src/connector/index.ts'
import type { CheckReport, Context } from '../../src/connector/index.ts'
import { openBrevo } from './client.ts'
import { askControl, askSelf } from './control.ts'
import type { Self } from './control.ts'
import { DEPTH } from './depth.ts'
import { SCOPES } from './manifest.ts'
import { optionsOf } from './options.ts'

/** Whose key it is, what the plan still allows, and which parts the account does not have. */
export async function check(context: Context): Promise<CheckReport> {
  const api = openBrevo(context)
  try {
    const self = await askSelf(api)
    const attributes = await askControl(api)
    const names = attributes.map((one) => textAt(one, 'name').toUpperCase())
    return {
      credentials: 'accepted',
      scopesPresent: SCOPES.map(({ scope }) => scope),
      scopesMissing: [],
      limits: { ...limitsOf(self), ...fieldsOf(api.options, names) },
      unavailable: unavailable(context, self),
    }
  } catch (error) {
    // Brevo refuses a good key from an address that is not authorised with 401, some gateways with 403.
    if (!isDsrError(error, 'VENDOR_CREDENTIALS_REJECTED') && !isDsrError(error, 'VENDOR_SCOPE_MISSING')) throw error
    return {
      credentials: 'rejected',
      scopesPresent: [],
      scopesMissing: [],
      limits: {},
      unavailable: unavailable(context),
    }
  }
}

function limitsOf({ about, reply: { headers } }: Self): Readonly<Record<string, string>> {
  const plans = listAt(about, 'plan').map((plan) => `${textAt(plan, 'type')} (${textAt(plan, 'credits')} credits)`)
  const [limit, left] = [headers['x-sib-ratelimit-limit'], headers['x-sib-ratelimit-remaining']]
  return {
    plan: plans.join(', '),
    ...(limit === undefined || left === undefined
      ? {}
      : { 'calls an hour outside contacts': `${left} of ${limit} left` }),
  }
}

/** Fields that can be corrected, for the operator to see whether names were recognised. */
function fieldsOf(
  { attributesOf }: ReturnType<typeof optionsOf>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const found = (['first_name', 'last_name', 'phone'] as const).map(
    (field) => `${field}: ${attributesOf(field).find((name) => names.includes(name)) ?? 'none'}`,
  )
  return { 'attributes in use': found.join(', ') }
}

function unavailable(context: Context, self?: Self): CheckReport['unavailable'] {
  const { notInUse } = optionsOf(context)
  const configured = DEPTH.filter(({ part }) => notInUse.has(part)).map(({ part }) => ({
    part,
    why: 'the configuration says that this account does not use it',
  }))
  const isWithout = self?.isEnterprise === false && !notInUse.has('custom_objects')
  return isWithout
    ? [...configured, { part: 'custom_objects', why: 'only Enterprise accounts have custom objects' }]
    : configured
}
