import { isDsrError } from '../../src/connector/index.ts'
import type { CheckReport, Context, HttpReply } from '../../src/connector/index.ts'
import { openIntercom } from './client.ts'
import type { Intercom } from './client.ts'
import { askSelf } from './control.ts'
import type { Self } from './control.ts'
import { DEPTH } from './depth.ts'
import { SCOPES } from './manifest.ts'
import { optionsOf } from './options.ts'

const REGIONS: Readonly<Record<string, string>> = {
  'api.intercom.io': 'US',
  'api.eu.intercom.io': 'EU',
  'api.au.intercom.io': 'AU',
}

/** Who the credential is, and which readings it is allowed; Intercom does not tell what it may change. */
export async function check(context: Context): Promise<CheckReport> {
  const api = openIntercom(context)
  try {
    const self = await askSelf(api)
    const [present, missing] = await probe(api)
    return {
      credentials: 'accepted',
      scopesPresent: present,
      scopesMissing: SCOPES.filter(({ scope }) => missing.includes(scope)),
      limits: limitsOf(context, self),
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

/** There is no list of a token's permissions: each reading one is tried with an id or word that nothing has. */
async function probe(api: Intercom): Promise<readonly [present: readonly string[], missing: readonly string[]]> {
  const nobody = { query: { field: 'id', operator: '=' as const, value: '0' }, pagination: { per_page: 1 } }
  const tries: Readonly<Record<string, () => Promise<HttpReply>>> = {
    'Read and list users and companies': () => api.sdk((client) => client.contacts.search(nobody)),
    'Read conversations': () => api.sdk((client) => client.conversations.search(nobody)),
    'Read tickets': () => api.sdk((client) => client.tickets.search(nobody)),
    'Read tags': () => api.sdk((client) => client.tags.list()),
    'Read admins': () => api.sdk((client) => client.admins.list()),
  }
  const present: string[] = []
  const missing: string[] = []
  for (const [scope, attempt] of Object.entries(tries)) {
    const { status } = await attempt()
    if (status === 403) missing.push(scope)
    else present.push(scope)
  }
  return [present, missing]
}

function limitsOf(context: Context, { workspace, region }: Self): Readonly<Record<string, string>> {
  const expected = REGIONS[new URL(context.account.baseUrl).hostname]
  const isOther = expected !== undefined && region !== '' && region !== expected
  return {
    workspace,
    ...(region === '' ? {} : { region: isOther ? `${region}, but base_url is that of ${expected}` : region }),
  }
}

function unavailable(context: Context): CheckReport['unavailable'] {
  const { notInUse } = optionsOf(context)
  return DEPTH.filter(({ part }) => notInUse.has(part)).map(({ part }) => ({
    part,
    why: 'the configuration says that this workspace does not use it',
  }))
}
