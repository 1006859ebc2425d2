import { isJsonList, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject, JsonValue } from '../../src/connector/index.ts'
import { all, deskPages, entriesOf, reading, readingObject, readingUnless } from './answers.ts'
import { gatewayOf } from './client.ts'
import type { Jira } from './client.ts'
import { nameIn, numberIn, pairOf } from './ids.ts'
import type { IssueLook } from './issue-places.ts'
import { recordOf } from './record.ts'

type Found = AsyncGenerator<FoundRecord, void, undefined>

const EXPERIMENTAL = { 'X-ExperimentalApi': 'opt-in' }
const PER_PAGE = 50

/** What hangs on one of the subject's own requests and has an address of its own. */
export async function* findOnRequest(look: IssueLook): Found {
  const { api } = look.survey
  const { notInUse } = api.options
  if (!notInUse.has('properties')) yield* properties(look)
  if (!notInUse.has('remote_links')) yield* remoteLinks(look)
  if (!notInUse.has('feedback')) yield* feedback(look)
  if (!notInUse.has('approvals')) yield* approvals(look)
  if (!notInUse.has('service_levels')) yield* serviceLevels(look)
  if (!notInUse.has('forms')) yield* forms(look)
}

function childOf(look: IssueLook, part: string, [ref, from]: readonly [string, JsonObject]): FoundRecord {
  return recordOf(look.survey, from, { part, ref, parentRef: look.id, attribution: look.attribution })
}

export async function propertyNames(api: Jira, issueId: string): Promise<readonly string[]> {
  const found = await readingUnless(() =>
    api.cloud.issueProperties.getIssuePropertyKeys({ issueIdOrKey: numberIn(issueId) }),
  )
  if (found === undefined) return []
  const [keys = {}] = entriesOf([found])
  return entriesOf(keys.keys).map((entry) => textAt(entry, 'key'))
}

async function* properties(look: IssueLook): Found {
  const { api } = look.survey
  for (const name of await propertyNames(api, look.id)) {
    const found = await readingUnless(() =>
      api.cloud.issueProperties.getIssueProperty({ issueIdOrKey: look.id, propertyKey: nameIn(name) }),
    )
    const [property] = found === undefined ? [] : entriesOf([found])
    if (property !== undefined) yield childOf(look, 'properties', [pairOf(look.id, name), property])
  }
}

async function* remoteLinks(look: IssueLook): Found {
  const { api } = look.survey
  const found = await reading(() => api.cloud.issueRemoteLinks.getRemoteIssueLinks({ issueIdOrKey: look.id }))
  // The published document shows one link where the interface answers a list.
  for (const link of entriesOf(isJsonList(found) ? found : [found]))
    yield childOf(look, 'remote_links', [pairOf(look.id, textAt(link, 'id')), link])
}

async function* feedback(look: IssueLook): Found {
  const path = `/rest/servicedeskapi/request/${numberIn(look.id)}/feedback`
  const found = await readingUnless(() => look.survey.api.raw({ method: 'GET', path, headers: EXPERIMENTAL }))
  const [rating] = found === undefined ? [] : entriesOf([found])
  if (rating?.rating !== undefined) yield childOf(look, 'feedback', [look.id, rating])
}

async function* approvals(look: IssueLook): Found {
  const { request } = look.survey.api.desk
  const list = await all(deskPages((start) => request.getApprovals({ issueIdOrKey: look.id, start, limit: PER_PAGE })))
  if (list.length > 0) yield childOf(look, 'approvals', [look.id, { approvals: list }])
}

async function* serviceLevels(look: IssueLook): Found {
  const { request } = look.survey.api.desk
  const list = await all(
    deskPages((start) => request.getSlaInformation({ issueIdOrKey: look.id, start, limit: PER_PAGE })),
  )
  if (list.length > 0) yield childOf(look, 'service_levels', [look.id, { times: list }])
}

async function* forms(look: IssueLook): Found {
  const { api } = look.survey
  const list = `${gatewayOf(api.context)}/jira/forms/cloud/${nameIn(await cloudIdOf(api))}/issue/${numberIn(look.id)}/form`
  for (const form of entriesOf(await reading(() => askForms(api, list)))) {
    const id = textAt(form, 'id')
    const [answers = {}] = entriesOf([await reading(() => askForms(api, `${list}/${nameIn(id)}`))])
    yield childOf(look, 'forms', [pairOf(look.id, id), { ...form, ...answers }])
  }
}

function askForms(api: Jira, path: string): Promise<JsonValue | undefined> {
  return api.raw({ method: 'GET', path, headers: EXPERIMENTAL, allowOrigin: gatewayOf(api.context) })
}

/** The site's number in Atlassian's cloud: in the address of a gateway account, else the site tells it. */
async function cloudIdOf(api: Jira): Promise<string> {
  const [, inAddress] = /\/ex\/jira\/([^/]+)/.exec(api.context.account.baseUrl) ?? []
  api.known.cloudId ??=
    inAddress ?? textAt(await readingObject(() => api.raw({ method: 'GET', path: '/_edge/tenant_info' })), 'cloudId')
  return api.known.cloudId
}
