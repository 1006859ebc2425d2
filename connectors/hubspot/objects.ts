import {
  BatchInputPublicFetchAssociationsBatchRequest,
  PublicFetchAssociationsBatchRequest,
} from '@hubspot/api-client/lib/codegen/crm/associations/v4/index.js'
import {
  BatchReadInputSimplePublicObjectId,
  SimplePublicObjectId,
} from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import type { SimplePublicObject } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { chunks, DsrError, expectText, pages } from '../../src/connector/index.ts'
import { list, present, reading } from './answers.ts'
import type { HubSpot } from './client.ts'
import { sdkModel } from './sdk-model.ts'

export type CrmObject = SimplePublicObject

// Documented maxima: 100 a read, 50 with property history, 1,000 inputs of an association read.
const READ_MAX = 100
const HISTORY_MAX = 50
const ASSOCIATION_MAX = 1_000
const PAGES_MAX = 1_000

export interface ObjectQuery {
  /** `contacts`, `notes`, … or the id of an own type. */
  readonly type: string
  readonly ids: readonly string[]
  readonly isArchived?: boolean
  /** A unique property whose values `ids` are; absent = HubSpot's own id. */
  readonly idProperty?: string
  readonly properties: readonly string[]
  readonly history?: readonly string[]
}

/**
 * Reads records by id, live or from the recycle bin, all of them.
 *
 * @returns those that are there; HubSpot answers 207 for the rest. An error of another kind than "not found" throws, so
 *   that a missing record is really missing.
 */
export async function readObjects(api: HubSpot, query: ObjectQuery): Promise<readonly CrmObject[]> {
  const max = query.history === undefined ? READ_MAX : HISTORY_MAX
  const found: CrmObject[] = []
  for (const ids of chunks([...new Set(query.ids)], max)) found.push(...(await readBatch(api, query, ids)))
  return found
}

async function readBatch(api: HubSpot, query: ObjectQuery, ids: readonly string[]): Promise<readonly CrmObject[]> {
  return reading(async () => {
    const wanted = sdkModel(BatchReadInputSimplePublicObjectId, {
      inputs: ids.map((id) => sdkModel(SimplePublicObjectId, { id })),
      properties: [...query.properties],
      propertiesWithHistory: [...(query.history ?? [])],
      ...(query.idProperty === undefined ? {} : { idProperty: query.idProperty }),
    })
    const answer = await api.objects.read(query.type, wanted, query.isArchived ?? false)
    refuseOtherErrors('errors' in answer ? answer.errors : undefined)
    return list(present(answer).results).filter((object) => typeof present(object).id === 'string')
  })
}

/** Links from each record to records of another type, over all pages of each. */
export async function readLinks(
  api: HubSpot,
  { from, to, ids }: { readonly from: string; readonly to: string; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const links = new Map<string, string[]>()
  for (const wanted of chunks([...new Set(ids)], ASSOCIATION_MAX)) {
    const first = wanted.map((id): LinkCursor => ({ id }))
    const read = pages(
      (cursor) => linkPage(api, { from, to, inputs: cursor === undefined ? first : cursors(cursor) }),
      {
        maxPages: PAGES_MAX,
      },
    )
    for await (const link of read) links.set(link.from, [...(links.get(link.from) ?? []), link.to])
  }
  return links
}

interface LinkCursor {
  readonly id: string
  readonly after?: string
}

function cursors(text: string): readonly LinkCursor[] {
  // Our own text: `linkPage` wrote it.
  return JSON.parse(text) as readonly LinkCursor[]
}

/** One call; records with more links than fit come back as the next page's inputs. */
async function linkPage(
  api: HubSpot,
  { from, to, inputs }: { readonly from: string; readonly to: string; readonly inputs: readonly LinkCursor[] },
) {
  return reading(async () => {
    const wanted = inputs.map((input) => sdkModel(PublicFetchAssociationsBatchRequest, input))
    const batch = sdkModel(BatchInputPublicFetchAssociationsBatchRequest, { inputs: wanted })
    const answer = present(await api.associations.getPage(from, to, batch))
    refuseOtherErrors('errors' in answer ? answer.errors : undefined)
    const results = list(answer.results)
    const rest = results.flatMap(({ _from, paging }) =>
      paging?.next?.after === undefined ? [] : [{ id: present(_from).id, after: paging.next.after }],
    )
    return {
      // The id comes as text or as number (published document and guide differ).
      entries: results.flatMap(({ _from, to: linked }) =>
        list(linked).map(({ toObjectId }) => ({ from: expectText(present(_from).id), to: expectText(toObjectId) })),
      ),
      ...(rest.length === 0 ? {} : { next: JSON.stringify(rest) }),
    }
  })
}

/** Names of all properties of a type, so that nothing of a record is left out. */
export async function propertyNames(api: HubSpot, type: string): Promise<readonly string[]> {
  const known = api.propertyNames.get(type)
  if (known !== undefined) return known
  const names = await reading(async () =>
    list(present(await api.properties.getAll(type)).results).map(({ name }) => name),
  )
  api.propertyNames.set(type, names)
  return names
}

/** HubSpot names an absent record in `errors` and a contact without links too; any other error makes the answer incomplete. */
function refuseOtherErrors(
  errors: readonly { readonly category?: string; readonly subCategory?: unknown }[] | undefined,
): void {
  const isExpected = (errors ?? []).every(
    ({ category, subCategory }) =>
      category === 'OBJECT_NOT_FOUND' || subCategory === 'crm.associations.NO_ASSOCIATIONS_FOUND',
  )
  if (!isExpected) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor answered only a part of a batch')
}
