import { expectList, expectObject, pages } from '../../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../../src/connector/index.ts'
import type { SendGrid } from '../client.ts'
import { read } from '../desk.ts'
import type { Desk } from '../desk.ts'
import { attributionByAddress, isSameAddress } from '../mapping.ts'
import type { Wanted } from '../mapping.ts'
import { refOf } from '../refs.ts'
import { objectsOf, requiredText, text } from '../shape.ts'

/** The subject's address on the allow list, which overrides every suppression. Whole domains are nobody's data. */
export async function* readAllowList(desk: Desk, { emails }: Wanted): AsyncGenerator<FoundRecord> {
  const { list } = await allowList(desk)
  for (const email of emails.filter((one) => list.some((entry) => isSameAddress(entry, one)))) {
    yield {
      part: 'address_allow_list',
      ref: refOf({ subuser: desk.subuser, id: email }),
      attribution: attributionByAddress(desk.context, email),
      content: { address: email },
      learned: [],
    }
  }
}

export interface AllowList {
  readonly isEnabled: boolean
  readonly list: readonly string[]
}

export async function allowList(sendGrid: SendGrid): Promise<AllowList> {
  const { json } = await read(sendGrid, {
    method: 'GET',
    path: '/v3/mail_settings/address_whitelist',
    bucket: 'settings',
  })
  const body = expectObject(json)
  const list = expectList(body.list).filter((entry): entry is string => typeof entry === 'string')
  return { isEnabled: body.enabled === true, list }
}

const SEAT = { kind: 'candidate', reason: 'vendor_seat' } as const

/** Seats and alerts of members of staff: never certain, since removing one takes somebody's access or warning. */
export async function* readStaff(desk: Desk, { emails }: Wanted): AsyncGenerator<FoundRecord> {
  const isWanted = (address: string) => emails.some((email) => isSameAddress(address, email))
  if (!desk.gaps.has('teammates')) {
    for (const seat of (await teammates(desk)).filter((one) => isWanted(text(one, 'email')))) {
      const id = requiredText(seat, 'username')
      const ref = refOf({ subuser: desk.subuser, id })
      yield { part: 'teammates', ref, attribution: SEAT, content: seat, learned: [], label: text(seat, 'user_type') }
    }
  }
  if (!desk.gaps.has('alerts')) {
    for (const alert of (await alerts(desk)).filter((one) => isWanted(text(one, 'email_to')))) {
      const ref = refOf({ subuser: desk.subuser, id: requiredText(alert, 'id') })
      yield { part: 'alerts', ref, attribution: SEAT, content: alert, learned: [], label: text(alert, 'type') }
    }
  }
}

const PAGE = 500
const MAX_PAGES = 100

/**
 * Every seat, over all pages; a page may be shorter than was asked for, so only an empty one is the last. The document
 * names the list `result`, its example `results`: both are read.
 */
export async function teammates(sendGrid: SendGrid): Promise<readonly JsonObject[]> {
  const seats: JsonObject[] = []
  const page = async (offset = '0') => {
    const { json } = await read(sendGrid, {
      method: 'GET',
      path: '/v3/teammates',
      query: { limit: String(PAGE), offset },
      bucket: 'settings',
    })
    const body = expectObject(json)
    const entries = objectsOf(body.results ?? body.result)
    return { entries, ...(entries.length === 0 ? {} : { next: String(Number(offset) + entries.length) }) }
  }
  for await (const seat of pages(page, { maxPages: MAX_PAGES })) seats.push(seat)
  return seats
}

export async function alerts(sendGrid: SendGrid): Promise<readonly JsonObject[]> {
  const { json } = await read(sendGrid, { method: 'GET', path: '/v3/alerts', bucket: 'settings' })
  return objectsOf(json)
}
