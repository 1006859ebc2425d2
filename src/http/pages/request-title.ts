import type { RequestRow } from '../../ports/rows.ts'
import type { Words } from './words.ts'

/** What a request is called on pages: the right, and the portal's own number or the beginning of ours. No person is named. */
export function requestTitle(request: RequestRow, words: Words): string {
  return `${words.right[request.right]} · ${request.externalReference ?? request.id.slice(0, 8)}`
}
