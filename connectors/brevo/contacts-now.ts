import { recordsIn } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue, PartFinding, VerifySubject } from '../../src/connector/index.ts'
import type { Brevo } from './client.ts'
import { contactById } from './contacts.ts'

export interface ContactNow {
  readonly ref: string
  /** As it was found. */
  readonly content: JsonValue
  /** As Brevo shows it now; undefined when it is gone. */
  readonly now: JsonObject | undefined
}

/** The plan's contacts as Brevo shows them now. */
export async function contactsNow(api: Brevo, { records }: VerifySubject): Promise<readonly ContactNow[]> {
  const found: ContactNow[] = []
  for (const { ref, content } of recordsIn(records, 'contact'))
    found.push({ ref, content, now: await contactById(api, ref) })
  return found
}

export interface Open {
  /** Contacts that do not show what was wanted. */
  readonly open: number
  /** Why more was wanted than can be looked at, if so. */
  readonly doubt?: string
}

/** The verdict on a wish: gone, not there yet, not to be told, in place. */
export function verdictOn(contacts: readonly ContactNow[], { open, doubt }: Open): PartFinding['verdict'] {
  if (contacts.every(({ now }) => now === undefined)) return { kind: 'absent' }
  if (open > 0) return { kind: 'present' }
  return doubt === undefined ? { kind: 'in_place' } : { kind: 'cannot_tell', why: doubt }
}
