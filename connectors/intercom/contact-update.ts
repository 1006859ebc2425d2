import { DONE, happenedIf, recordsIn, REFUSED, UNKNOWN } from '../../src/connector/index.ts'
import type { EffectMember, JsonObject, VerifySubject } from '../../src/connector/index.ts'
import { readOrAbsent, writtenAnswer } from './answers.ts'
import { idPath } from './client.ts'
import type { Intercom } from './client.ts'
import { readContact } from './contacts.ts'
import { askSelf } from './control.ts'
import type { Step } from './step.ts'

export interface ContactUpdate {
  readonly changesOf: (api: Intercom, member: EffectMember) => JsonObject
  /** Whether a contact shows what was wanted. */
  readonly isInPlace: (api: Intercom, contact: JsonObject, member: EffectMember) => boolean
}

/** A step that sets attributes of one contact. Raw: the SDK's types do not let a value be emptied. */
export function contactUpdate({ changesOf, isInPlace }: ContactUpdate): Step {
  return {
    async perform(api, member) {
      const path = `/contacts/${idPath(member.target)}`
      const reply = await api.raw({ method: 'PUT', path, body: changesOf(api, member) })
      const written = writtenAnswer(reply)
      if (written.kind === 'answered') return isInPlace(api, written.answer, member) ? DONE : UNKNOWN
      if (written.status !== 404) return REFUSED
      // There is nothing left to change; verification says that the contact is gone.
      readOrAbsent(reply)
      await askSelf(api)
      return REFUSED
    },
    async readBack(api, member) {
      const contact = await readContact(api, member.target)
      return happenedIf(contact !== undefined && isInPlace(api, contact, member))
    },
  }
}

/** The plan's contacts as Intercom shows them now; undefined for one that is gone. */
export async function contactsNow(
  api: Intercom,
  { records }: VerifySubject,
): Promise<readonly { readonly ref: string; readonly content: JsonObject; readonly now: JsonObject | undefined }[]> {
  const found = []
  for (const { ref, content } of recordsIn(records, 'contact'))
    found.push({ ref, content: content as JsonObject, now: await readContact(api, ref) })
  return found
}
