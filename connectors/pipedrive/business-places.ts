import { chunks, listAt, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { allUnlessGone, entriesOf, pagesOfV2, reading } from './answers.ts'
import type { Pipedrive } from './client.ts'
import { business, recordOf } from './family.ts'
import type { Family } from './family.ts'
import type { FlowEntry } from './flow.ts'
import { countAt, numberOf } from './mapping.ts'
import { optionsOf } from './options.ts'

const PER_PAGE = 500
const IDS_PER_CALL = 100

type Found = AsyncGenerator<FoundRecord, void, undefined>

/** Deals, participations, projects, and what only the flow shows: a person decides about each. */
export async function* findBusiness(family: Family, flow: readonly FlowEntry[]): Found {
  const { notInUse } = optionsOf(family.api.context)
  const own = new Set<string>()
  for await (const deal of withChangelogs(family, deals(family))) {
    own.add(deal.ref)
    yield deal
  }
  yield* withChangelogs(family, participations(family, { flow, own }))
  if (!notInUse.has('projects')) yield* withChangelogs(family, projects(family, 'projects'))
  if (!notInUse.has('archived_projects')) yield* withChangelogs(family, projects(family, 'archived_projects'))
  yield* shownInFlow(family, flow)
}

/** Each record with its earlier values behind it. */
async function* withChangelogs(family: Family, records: Found): Found {
  const isOff = optionsOf(family.api.context).notInUse.has('business_changelogs')
  for await (const record of records) {
    yield record
    if (isOff) continue
    const ref = `${record.part.endsWith('projects') ? 'project' : 'deal'}/${record.ref}`
    const changes = await readBusinessChangelog(family.api, ref)
    if (changes === undefined || changes.length === 0) continue
    yield recordOf(
      family,
      { changes },
      {
        part: 'business_changelogs',
        ref,
        parentRef: record.ref,
        attribution: business(family),
        label: `earlier values of: ${record.label ?? ref}`,
      },
    )
  }
}

/** Earlier values of a deal's or project's fields, by `deal/1` or `project/1`; undefined when it is not there. */
export function readBusinessChangelog(api: Pipedrive, ref: string): Promise<readonly JsonObject[] | undefined> {
  const [kind, number = ''] = ref.split('/')
  const query = { id: numberOf(number), limit: PER_PAGE }
  return allUnlessGone((read) =>
    pagesOfV2(
      (cursor) =>
        kind === 'project'
          ? api.projects.getProjectChangelog({ ...query, ...cursor })
          : api.dealsV1.getDealChangelog({ ...query, ...cursor }),
      read,
    ),
  )
}

async function* deals(family: Family): Found {
  const { api, parent } = family
  const query = { person_id: numberOf(parent.id), limit: PER_PAGE }
  if (countAt(parent.person, 'open_deals_count') + countAt(parent.person, 'closed_deals_count') > 0)
    for await (const deal of pagesOfV2((cursor) => api.deals.getDeals({ ...query, ...cursor })))
      yield businessRecord(family, 'deals', deal)
  // Nobody says whether the counters count archived deals.
  if (optionsOf(api.context).notInUse.has('archived_deals')) return
  for await (const deal of pagesOfV2((cursor) => api.deals.getArchivedDeals({ ...query, ...cursor })))
    yield businessRecord(family, 'archived_deals', deal)
}

function businessRecord(family: Family, part: string, record: JsonObject): FoundRecord {
  return recordOf(family, record, {
    part,
    ref: textAt(record, 'id'),
    attribution: business(family),
    label: textAt(record, 'title'),
  })
}

interface Participating {
  readonly flow: readonly FlowEntry[]
  readonly own: ReadonlySet<string>
}

/** Deals of others in which the person takes part: no list by person has them. */
async function* participations(family: Family, { flow, own }: Participating): Found {
  const ids = flow.filter(({ object }) => object === 'participant').map(({ data }) => dealOf(data))
  const others = [...new Set(ids)].filter((id) => id !== '' && !own.has(id))
  for (const deal of await readDeals(family.api, others)) yield businessRecord(family, 'deal_participations', deal)
}

function dealOf(participant: JsonObject): string {
  return textAt(participant, 'deal_id') || textAt(participant, 'related_item_id')
}

/** Deals by id, a hundred a call; what is not there, or not to be seen, is left out. */
export async function readDeals(api: Pipedrive, ids: readonly string[]): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = []
  for (const some of chunks([...new Set(ids)], IDS_PER_CALL)) {
    const query = { ids: some.map((id) => String(numberOf(id))).join(','), limit: IDS_PER_CALL }
    found.push(...entriesOf((await reading(() => api.deals.getDeals(query))).data))
  }
  return found
}

async function* projects(family: Family, part: 'projects' | 'archived_projects'): Found {
  const { api, parent } = family
  const list = pagesOfV2((cursor) =>
    part === 'projects'
      ? api.projects.getProjects({ person_id: numberOf(parent.id), limit: PER_PAGE, ...cursor })
      : api.projects.getArchivedProjects({ limit: PER_PAGE, ...cursor }),
  )
  // The archive cannot be asked by person: all of it is read and compared.
  for await (const project of list)
    if (listAt(project, 'person_ids').map(String).includes(parent.id)) yield businessRecord(family, part, project)
}

async function* shownInFlow(family: Family, flow: readonly FlowEntry[]): Found {
  await Promise.resolve()
  for (const { object, ref, data } of flow) {
    const part = FLOW_PARTS[object]
    if (part === undefined) continue
    const isBusiness = part !== 'campaigns'
    yield recordOf(family, data, {
      part,
      ref: part === 'campaigns' ? `${object}/${ref}` : ref,
      ...(isBusiness ? { attribution: business(family) } : {}),
      label: textAt(data, 'title') || object,
    })
  }
}

/** Places that nothing but the flow shows. */
export const FLOW_PARTS: Readonly<Record<string, string>> = {
  document: 'documents',
  invoice: 'invoices',
  marketing_campaign_stat: 'campaigns',
  marketing_status_change: 'campaigns',
}
