import { DsrError } from '../domain/errors.ts'
import type { Table, Where } from './store.ts'

const PAGE = 5000
const MOST_PAGES = 100

/** Every row that matches, over as many pages as it takes. @throws DsrError `LIMIT_REACHED` beyond half a million. */
export async function findAll<Row extends { readonly id: string }>(
  table: Table<Row>,
  where: Where<Row>,
): Promise<readonly Row[]> {
  const all: Row[] = []
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const last = all.at(-1)
    const rows = await table.find(where, { limit: PAGE, ...(last && { afterId: last.id }) })
    all.push(...rows)
    if (rows.length < PAGE) return all
  }
  throw new DsrError('LIMIT_REACHED', 'more rows than one request can have')
}
