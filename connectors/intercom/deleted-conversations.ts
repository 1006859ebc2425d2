import { isDsrError, textAt } from '../../src/connector/index.ts'
import type { JsonObject } from '../../src/connector/index.ts'
import type { Intercom } from './client.ts'
import { entriesOf } from './paging.ts'

const PER_PAGE = 60

/**
 * What Intercom says about conversations that it deleted (newest first, since version 2.16), as far back as the
 * configuration lets look. Raw: the SDK lacks the call.
 *
 * @returns entries by conversation id; one that is missing was not seen.
 */
export async function findDeleted(api: Intercom, ids: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
  const found = new Map<string, JsonObject>()
  if (ids.length === 0) return found
  try {
    const entries = entriesOf({
      name: 'conversations',
      maxPages: api.options.deletedPagesMax,
      fetch: ({ page = '1' }) =>
        api.raw({ method: 'GET', path: `/conversations/deleted?page=${page}&per_page=${PER_PAGE}&order=desc` }),
    })
    for await (const entry of entries) {
      const id = textAt(entry, 'id')
      if (ids.includes(id)) found.set(id, entry)
      if (found.size === new Set(ids).size) break
    }
  } catch (error) {
    // Not seen within the pages that may be searched: the caller reports what it could not see.
    if (!isDsrError(error, 'LIMIT_REACHED')) throw error
  }
  return found
}
