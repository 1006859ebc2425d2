import { expectObject, isJsonObject } from '../../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../../src/connector/index.ts'
import type { SendGrid } from '../client.ts'
import { read, readIfThere } from '../desk.ts'
import type { Desk } from '../desk.ts'
import { attributionByAddress, isSameAddress } from '../mapping.ts'
import type { Wanted } from '../mapping.ts'
import { refOf } from '../refs.ts'
import { objectsOf, requiredText, secondsToMs, text, unreadable } from '../shape.ts'

export const KINDS = ['bounces', 'blocks', 'invalid_emails', 'spam_reports'] as const
export type SuppressionKind = (typeof KINDS)[number]

/** Bounces, blocks, invalid addresses, spam reports, the global unsubscribe and unsubscribe groups of the addresses. */
export async function* readSuppressions(desk: Desk, { emails }: Wanted): AsyncGenerator<FoundRecord> {
  for (const email of emails) {
    const attribution = attributionByAddress(desk.context, email)
    const found = (part: string, id: string) => ({
      part,
      ref: refOf({ subuser: desk.subuser, id }),
      attribution,
      learned: [],
    })
    for (const kind of KINDS) {
      const entries = await suppressionEntries(desk, { kind, email })
      const [first] = entries
      if (first === undefined) continue
      yield { ...found(kind, email), content: entries, ...secondsToMs(first.created) }
    }
    if (await isGloballySuppressed(desk, email)) {
      yield { ...found('global_unsubscribe', email), content: { recipient_email: email } }
    }
    for (const group of await suppressedGroups(desk, email)) {
      yield { ...found('unsubscribe_groups', `${requiredText(group, 'id')}/${email}`), content: group }
    }
  }
}

/**
 * Entries of exactly this address. The single form of the call is used: the list form's `email` is a prefix.
 * An address that is not listed is `[]`, and 404 by some accounts.
 */
export async function suppressionEntries(
  sendGrid: SendGrid,
  { kind, email }: { readonly kind: SuppressionKind; readonly email: string },
): Promise<readonly JsonObject[]> {
  const reply = await readIfThere(sendGrid, {
    method: 'GET',
    path: `/v3/suppression/${kind}/${encodeURIComponent(email)}`,
    bucket: 'suppressions',
  })
  if (reply === undefined) return []
  return objectsOf(reply.json).filter((entry) => isSameAddress(text(entry, 'email'), email))
}

/** Whether the address is on the global list: `{recipient_email}` when it is, `{}` when it is not. */
export async function isGloballySuppressed(sendGrid: SendGrid, email: string): Promise<boolean> {
  const reply = await readIfThere(sendGrid, {
    method: 'GET',
    path: `/v3/asm/suppressions/global/${encodeURIComponent(email)}`,
    bucket: 'suppressions',
  })
  if (reply === undefined) return false
  const body = expectObject(reply.json)
  if (Object.keys(body).length === 0) return false
  if (!isSameAddress(text(body, 'recipient_email'), email)) throw unreadable()
  return true
}

/** Groups from which the address is unsubscribed; the vendor lists all groups with a flag. */
export async function suppressedGroups(sendGrid: SendGrid, email: string): Promise<readonly JsonObject[]> {
  const reply = await readIfThere(sendGrid, {
    method: 'GET',
    path: `/v3/asm/suppressions/${encodeURIComponent(email)}`,
    bucket: 'suppressions',
  })
  if (reply === undefined) return []
  return objectsOf(expectObject(reply.json).suppressions).filter(
    (group) => isJsonObject(group) && group.suppressed === true,
  )
}

/** Ids of the unsubscribe groups that exist. */
export async function groupIds(sendGrid: SendGrid): Promise<readonly string[]> {
  const reply = await read(sendGrid, { method: 'GET', path: '/v3/asm/groups', bucket: 'suppressions' })
  return objectsOf(reply.json).map((group) => requiredText(group, 'id'))
}
