import { expectObject, isJsonObject, pages } from '../../../src/connector/index.ts'
import type { SendGrid } from '../client.ts'
import { read, readIfThere } from '../desk.ts'
import { objectsOf, requiredText, text } from '../shape.ts'

const MAX_PAGES = 200

/** Names of the contact lists by id, over all pages. @throws DsrError `LIMIT_REACHED` after 200 pages. */
export async function listNames(sendGrid: SendGrid): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  const page = async (pageToken: string | undefined) => {
    const { json } = await read(sendGrid, {
      method: 'GET',
      path: '/v3/marketing/lists',
      query: { page_size: '1000', ...(pageToken === undefined ? {} : { page_token: pageToken }) },
      bucket: 'contacts',
    })
    const body = expectObject(json)
    const next = isJsonObject(body._metadata) ? tokenOf(text(body._metadata, 'next')) : undefined
    return { entries: objectsOf(body.result), ...(next === undefined ? {} : { next }) }
  }
  for await (const list of pages(page, { maxPages: MAX_PAGES })) {
    names.set(requiredText(list, 'id'), text(list, 'name'))
  }
  return names
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
  const body = expectObject(reply.json)
  const segments = Array.isArray(body.results) ? objectsOf(body.results) : [body]
  return new Map(segments.map((segment) => [text(segment, 'id'), text(segment, 'name')]))
}
