import { DsrError, isJsonObject } from '../../../src/connector/index.ts'
import type { JsonValue } from '../../../src/connector/index.ts'
import { isSameAddress } from '../mapping.ts'
import { groupIds, suppressedGroups } from '../places/suppressions.ts'
import { pairOf } from '../refs.ts'
import { requiredText, texts } from '../shape.ts'
import { HAPPENED, NOT_HAPPENED, answerOf, idOf, keyedEach } from './answers.ts'
import type { Step } from './step.ts'

/**
 * Puts one address on one unsubscribe group. An address that is sent to a group that does not exist lands on the global
 * list without a word (published document), which would stop service mail: so the groups are read right before.
 */
export const joinGroup: Step = {
  perform: (sendGrid, members) =>
    keyedEach(members, async (member) => {
      const [group, email] = pairOf(idOf(member))
      if (!(await groupIds(sendGrid)).includes(group))
        throw new DsrError('VENDOR_REFUSED', 'the unsubscribe group does not exist any more')
      const reply = await sendGrid.ask({
        method: 'POST',
        path: `/v3/asm/groups/${encodeURIComponent(group)}/suppressions`,
        body: { recipient_emails: [email] },
        bucket: 'suppressions',
        effect: true,
      })
      const isDone = ({ json }: { readonly json: JsonValue | undefined }) =>
        isJsonObject(json) && texts(json, 'recipient_emails').some((one) => isSameAddress(one, email))
      return await answerOf(sendGrid, reply, { members: [member], isDone })
    }),
  readBack: (sendGrid, members) =>
    keyedEach(members, async (member) => {
      const [group, email] = pairOf(idOf(member))
      const left = await suppressedGroups(sendGrid, email)
      return left.some((one) => requiredText(one, 'id') === group) ? HAPPENED : NOT_HAPPENED
    }),
}
