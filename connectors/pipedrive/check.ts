import { isDsrError, listAt, textAt } from '../../src/connector/index.ts'
import type { CheckReport, Context, JsonObject } from '../../src/connector/index.ts'
import { openClient } from './client.ts'
import { askControl } from './control.ts'
import { DEPTH } from './depth.ts'
import { SCOPES } from './manifest.ts'
import { isAt } from './mapping.ts'
import { optionsOf } from './options.ts'

/** Who the credential is, whether it sees everybody's records, and how many tokens a day we plan with. */
export async function check(context: Context): Promise<CheckReport> {
  try {
    const me = await askControl(openClient(context))
    const missing = isAdministrator(me) ? [] : SCOPES.filter(({ scope }) => scope === 'admin')
    return {
      credentials: 'accepted',
      scopesPresent: SCOPES.filter((scope) => !missing.includes(scope)).map(({ scope }) => scope),
      scopesMissing: missing,
      limits: limitsOf(context, me),
      unavailable: unavailable(context),
    }
  } catch (error) {
    if (!isDsrError(error, 'VENDOR_CREDENTIALS_REJECTED')) throw error
    const none = { scopesPresent: [], scopesMissing: [], limits: {} }
    return { credentials: 'rejected', ...none, unavailable: unavailable(context) }
  }
}

/** Any other user sees only what Pipedrive's visibility rules let that user see: discovery would be silently incomplete. */
function isAdministrator(me: JsonObject): boolean {
  return isAt(me, 'is_admin') || listAt(me, 'access').some((one) => textAt(one, 'app') !== '' && isAt(one, 'admin'))
}

/** No header tells the day's tokens: what we say is what we plan with. */
function limitsOf(context: Context, me: JsonObject): Readonly<Record<string, string>> {
  const { tokensPerDay, share } = optionsOf(context).budget
  return {
    company: textAt(me, 'company_domain'),
    'tokens a day': `${Math.floor(tokensPerDay * share)} of ${tokensPerDay} for Habeas`,
  }
}

function unavailable(context: Context): CheckReport['unavailable'] {
  const { notInUse } = optionsOf(context)
  return DEPTH.filter(({ part }) => notInUse.has(part)).map(({ part }) => ({
    part,
    why: 'the configuration says that this account does not use it',
  }))
}
