import { chunks, DsrError, textAt } from '../../src/connector/index.ts'
import type { HttpReply, JsonObject } from '../../src/connector/index.ts'
import type { Intercom } from './client.ts'
import { allOf } from './paging.ts'

/** One value that a field may have. */
export interface Wanted {
  readonly field: string
  readonly value: string
}

type SearchKind = 'contacts' | 'conversations' | 'tickets'

const LISTS: Readonly<Record<SearchKind, string>> = {
  contacts: 'data',
  conversations: 'conversations',
  tickets: 'tickets',
}

/** The longest IN list is not documented: we start here and halve when the vendor answers 400. */
const MOST_VALUES = 50
const PER_PAGE = 150

/**
 * Everything that has any of the values, over all pages, each record once: many values in one call (`IN`).
 *
 * @throws DsrError as `readAnswer`; `VENDOR_REFUSED` when even one value alone is refused.
 */
export async function searchAny(
  api: Intercom,
  kind: SearchKind,
  anyOf: readonly Wanted[],
): Promise<readonly JsonObject[]> {
  const found = new Map<string, JsonObject>()
  for (const some of chunks(anyOf, MOST_VALUES))
    for (const entry of await searchHalving(api, kind, some)) found.set(textAt(entry, 'id'), entry)
  return [...found.values()]
}

async function searchHalving(
  api: Intercom,
  kind: SearchKind,
  anyOf: readonly Wanted[],
): Promise<readonly JsonObject[]> {
  const query = queryOf(anyOf)
  const verdict = { isTooLong: false }
  const entries = await allOf({
    name: LISTS[kind],
    fetch: ({ starting_after }) =>
      api.sdk((client) =>
        client[kind].search({
          query,
          pagination: { per_page: PER_PAGE, ...(starting_after === undefined ? {} : { starting_after }) },
        }),
      ),
    isEmpty: (reply) => (verdict.isTooLong = isRefusedAsTooLong(reply, anyOf)),
  })
  if (!verdict.isTooLong) return entries
  const halves = chunks(anyOf, Math.ceil(anyOf.length / 2))
  const found: JsonObject[] = []
  for (const half of halves) found.push(...(await searchHalving(api, kind, half)))
  return found
}

function isRefusedAsTooLong({ status }: HttpReply, anyOf: readonly Wanted[]): boolean {
  if (status !== 400) return false
  if (anyOf.length === 1) throw new DsrError('VENDOR_REFUSED', 'the vendor refuses a search')
  return true
}

function queryOf(anyOf: readonly Wanted[]) {
  const fields = [...new Set(anyOf.map(({ field }) => field))]
  const filters = fields.map((field) => ({
    field,
    operator: 'IN' as const,
    value: anyOf.filter((one) => one.field === field).map(({ value }) => value),
  }))
  const [first] = filters
  return filters.length === 1 && first !== undefined ? first : { operator: 'OR' as const, value: filters }
}
