import * as v1 from 'pipedrive/v1'
import * as v2 from 'pipedrive/v2'
import type { Context } from '../../src/connector/index.ts'
import { sdkAdapter } from './sdk-transport.ts'

/** The SDK's API classes of one account, each with an axios of its own on the kit's transport. */
export type Pipedrive = ReturnType<typeof openClient>

/** Builds the classes for one run: they share no state with another account's. */
export function openClient(context: Context) {
  const adapter = sdkAdapter(context)
  const newer = new v2.Configuration({ basePath: addressOf(context, 'v2') })
  newer.baseOptions = { adapter }
  const older = new v1.Configuration({ basePath: addressOf(context, 'v1') })
  older.baseOptions = { adapter }
  return {
    context,
    /** What a run learns about the account once. */
    known: {} as { hasCampaigns?: boolean; staff?: ReadonlySet<string> },
    persons: new v2.PersonsApi(newer),
    activities: new v2.ActivitiesApi(newer),
    deals: new v2.DealsApi(newer),
    projects: new v2.ProjectsApi(newer),
    organizations: new v2.OrganizationsApi(newer),
    personsV1: new v1.PersonsApi(older),
    dealsV1: new v1.DealsApi(older),
    notes: new v1.NotesApi(older),
    files: new v1.FilesApi(older),
    leads: new v1.LeadsApi(older),
    mailbox: new v1.MailboxApi(older),
    callLogs: new v1.CallLogsApi(older),
    users: new v1.UsersApi(older),
  }
}

/** Where an interface's version lies: the common host has version 1 without `/api`. */
export function addressOf({ account }: Context, version: 'v1' | 'v2'): string {
  const base = account.baseUrl.replace(/\/$/, '')
  const isCommonHost = new URL(base).hostname === 'api.pipedrive.com'
  return version === 'v1' && isCommonHost ? `${base}/v1` : `${base}/api/${version}`
}

/** Several names in one parameter: Pipedrive takes a list, the SDK's types allow one of its names. */
export function listOf<Name extends string>(...names: readonly Name[]): Name {
  return names.join(',') as Name
}
