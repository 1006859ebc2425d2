import { DsrError } from '../../../src/connector/index.ts'
import type { SendGrid } from '../client.ts'
import { read, readIfThere } from '../desk.ts'
import { isObject, objectOf, objectsOf, requiredText, text } from '../shape.ts'

const MAX_PAGES = 200

/** Names of the contact lists by id, over all pages. @throws DsrError `LIMIT_REACHED` after 200 pages. */
export async function listNames(sendGrid: SendGrid): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  let pageToken: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const { json } = await read(sendGrid, {
      method: 'GET',
      path: '/v3/marketing/lists',
      query: { page_size: '1000', ...(pageToken === undefined ? {} : { page_token: pageToken }) },
      bucket: 'contacts',
    })
    for (const list of objectsOf(objectOf(json).result)) names.set(requiredText(list, 'id'), text(list, 'name'))
    const metadata = objectOf(json)._metadata
    pageToken = isObject(metadata) ? tokenOf(text(metadata, 'next')) : undefined
    if (pageToken === undefined) return names
  }
  throw new DsrError('LIMIT_REACHED', 'there are more pages of contact lists than are read')
}

/** The token of the next page; only the token is taken from the vendor's address, never its host. */
function tokenOf(next: string): string | undefined {
  const token = URL.canParse(next) ? new URL(next).searchParams.get('page_token') : null
  return token === null || token === '' ? undefined : token
}

/** Names of the segments by id. The document describes one object where the vendor sends `results`: both are read. */
export async function segmentNames(sendGrid: SendGrid): Promise<ReadonlyMap<string, string>> {
  const reply = await readIfThere(sendGrid, { method: 'GET', path: '/v3/marketing/segments/2.0', bucket: 'contacts' })
  if (reply === undefined) return new Map()
  const body = objectOf(reply.json)
  const segments = Array.isArray(body.results) ? objectsOf(body.results) : [body]
  return new Map(segments.map((segment) => [text(segment, 'id'), text(segment, 'name')]))
}
