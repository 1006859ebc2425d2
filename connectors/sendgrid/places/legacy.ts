import { expectObject } from '../../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../../src/connector/index.ts'
import type { SendGrid } from '../client.ts'
import { NO_LEGACY, readIfThere, refused } from '../desk.ts'
import type { Desk } from '../desk.ts'
import { attributionByAddress, isSameAddress } from '../mapping.ts'
import type { Wanted } from '../mapping.ts'
import { isOtherName } from '../names.ts'
import { refOf } from '../refs.ts'
import { objectsOf, requiredText, secondsToMs, text } from '../shape.ts'

/** Recipients of the legacy contact database, which accounts made since about 2019 do not have. */
export async function* readLegacy(desk: Desk, wanted: Wanted): AsyncGenerator<FoundRecord> {
  if (!desk.gaps.has('legacy_recipient')) await probeLegacy(desk)
  if (desk.gaps.has('legacy_recipient')) return
  for (const email of wanted.emails) {
    for (const recipient of await legacyRecipients(desk, email)) {
      const name = `${text(recipient, 'first_name')} ${text(recipient, 'last_name')}`
      yield {
        part: 'legacy_recipient',
        ref: refOf({ subuser: desk.subuser, id: requiredText(recipient, 'id') }),
        attribution: isOtherName(name, wanted.names)
          ? { kind: 'candidate', reason: 'differing_names' }
          : attributionByAddress(desk.context, email),
        content: recipient,
        ...secondsToMs(recipient.created_at),
        learned: [],
      }
    }
  }
}

/** 403 here means "not on this account", whatever the key may do (sendgrid-nodejs#957); decided before any subject is asked for. */
export async function probeLegacy(desk: Desk): Promise<void> {
  const reply = await desk.ask({ method: 'GET', path: '/v3/contactdb/recipients/count', bucket: 'contacts' })
  if (reply.status === 403 || reply.status === 404) desk.gaps.set('legacy_recipient', NO_LEGACY)
}

async function legacyRecipients(sendGrid: SendGrid, email: string): Promise<readonly JsonObject[]> {
  const reply = await readIfThere(sendGrid, {
    method: 'GET',
    path: '/v3/contactdb/recipients/search',
    query: { email },
    bucket: 'contacts',
  })
  if (reply === undefined) return []
  return objectsOf(expectObject(reply.json).recipients).filter((one) => isSameAddress(text(one, 'email'), email))
}

/** Whether the legacy recipient of this id still exists. Its 404 has no documented body, so the status alone decides. */
export async function isLegacyRecipient(sendGrid: SendGrid, id: string): Promise<boolean> {
  const reply = await sendGrid.ask({
    method: 'GET',
    path: `/v3/contactdb/recipients/${encodeURIComponent(id)}`,
    bucket: 'contacts',
  })
  if (reply.status === 404) return false
  expectObject(reply.json)
  if (reply.status !== 200) throw refused(reply)
  return true
}
