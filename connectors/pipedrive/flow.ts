import { objectAt, textAt } from '../../src/connector/index.ts'
import type { JsonObject } from '../../src/connector/index.ts'
import { allUnlessGone, pagesOfV1 } from './answers.ts'
import type { Pipedrive } from './client.ts'
import { numberOf } from './mapping.ts'

/** What only the person's flow shows: no list has it, or none by person. */
export interface FlowEntry {
  readonly object: string
  readonly data: JsonObject
  /** Pipedrive's id of the thing, or its instant where it has none. */
  readonly ref: string
}

const PER_PAGE = 100

const ITEMS = [
  'activity',
  'plannedActivity',
  'call',
  'comment',
  'participant',
  'document',
  'invoice',
  'marketing_campaign_stat',
  'marketing_status_change',
].join(',')

/**
 * Second participants' activities, calls, comments, participations, documents, invoices, mailings: 40 tokens a page.
 *
 * @returns undefined when Pipedrive shows no flow of this person (any more).
 */
export async function readFlow(api: Pipedrive, personId: string): Promise<readonly FlowEntry[] | undefined> {
  const query = { id: numberOf(personId), items: ITEMS }
  const fetchPage = (window: { start: number; limit: number }) =>
    api.personsV1.getPersonUpdates({ ...query, ...window })
  const flow = await allUnlessGone((read) => pagesOfV1(PER_PAGE, fetchPage, read))
  return flow?.map((entry) => {
    const data = objectAt(entry, 'data')
    const object = textAt(entry, 'object')
    const id = textAt(data, 'id')
    return { object, data, ref: id === '' ? `${object}@${textAt(entry, 'timestamp')}` : id }
  })
}

export function idsIn(flow: readonly FlowEntry[], ...objects: readonly string[]): readonly string[] {
  return flow.filter(({ object }) => objects.includes(object)).map(({ ref }) => ref)
}
