import { isDsrError, listAt, textAt } from '../../src/connector/index.ts'
import type { CheckReport, Context, JsonObject } from '../../src/connector/index.ts'
import { reading, readingOrAbsent } from './answers.ts'
import { openClient } from './client.ts'
import type { HubSpot } from './client.ts'
import { entriesOf } from './contact-places.ts'
import { DEPTH } from './depth.ts'
import { SCOPES } from './manifest.ts'
import { optionsOf } from './options.ts'

/** Who we are, which scopes the token carries, and how much of the day's calls is used. */
export async function check(context: Context): Promise<CheckReport> {
  const api = openClient(context)
  try {
    const details = await reading(() => api.get('/account-info/v3/details'))
    const present = await scopesOf(api)
    return {
      credentials: 'accepted',
      scopesPresent: present ?? [],
      // Without the list we claim nothing; a missing scope then shows as VENDOR_SCOPE_MISSING at first use.
      scopesMissing: present === undefined ? [] : SCOPES.filter(({ scope }) => !present.includes(scope)),
      limits: await limitsOf(api, details),
      unavailable: unavailable(context),
    }
  } catch (error) {
    if (!isDsrError(error, 'VENDOR_CREDENTIALS_REJECTED')) throw error
    return {
      credentials: 'rejected',
      scopesPresent: [],
      scopesMissing: [],
      limits: {},
      unavailable: unavailable(context),
    }
  }
}

/** The token's scopes; undefined for a credential that is no private app's (OAuth, service key). */
async function scopesOf(api: HubSpot): Promise<readonly string[] | undefined> {
  const body = { tokenKey: api.context.secret.reveal() }
  const answer = await readingOrAbsent(() => api.post('/oauth/v2/private-apps/get/access-token-info', body))
  return answer === undefined
    ? undefined
    : (await entriesOf(answer, 'scopes')).filter((scope) => typeof scope === 'string')
}

async function limitsOf(api: HubSpot, details: JsonObject): Promise<Readonly<Record<string, string>>> {
  const usage = await readingOrAbsent(() => api.get('/account-info/v3/api-usage/daily/private-apps'))
  const [own] = usage === undefined ? [] : listAt(usage, 'results')
  return {
    account: `${textAt(details, 'accountType')} ${textAt(details, 'portalId')}`.trim(),
    ...(own === undefined
      ? {}
      : { 'calls a day': `${textAt(own, 'currentUsage')} of ${textAt(own, 'usageLimit')} used` }),
  }
}

function unavailable(context: Context): CheckReport['unavailable'] {
  const { notInUse } = optionsOf(context)
  return DEPTH.filter(({ part }) => notInUse.has(part)).map(({ part }) => ({
    part,
    why: 'the configuration says that this account does not use it',
  }))
}
