import { isJsonObject } from '../../../src/connector/index.ts'
import type { EffectMember, JsonValue } from '../../../src/connector/index.ts'
import { allowList } from '../places/settings.ts'
import { isGloballySuppressed, suppressedGroups, suppressionEntries } from '../places/suppressions.ts'
import type { SuppressionKind } from '../places/suppressions.ts'
import { isSameAddress } from '../mapping.ts'
import { pairOf } from '../refs.ts'
import { requiredText, texts } from '../shape.ts'
import { ALREADY, HAPPENED, NOT_HAPPENED, answerOf, idOf, keyed, keyedEach } from './answers.ts'
import type { Step } from './step.ts'

/** Puts addresses on the global list, before anything that could let mail flow again. */
export const suppressGlobally: Step = {
  async perform(sendGrid, members) {
    const emails = members.map(idOf)
    const reply = await sendGrid.ask({
      method: 'POST',
      path: '/v3/asm/suppressions/global',
      body: { recipient_emails: emails },
      bucket: 'suppressions',
      effect: true,
    })
    const isDone = ({ json }: { readonly json: JsonValue | undefined }) => {
      const named = isJsonObject(json) ? texts(json, 'recipient_emails') : []
      return emails.every((email) => named.some((one) => isSameAddress(one, email)))
    }
    return keyed(members, await answerOf(sendGrid, reply, { members, isDone }))
  },
  readBack: (sendGrid, members) =>
    keyedEach(members, async (member) =>
      (await isGloballySuppressed(sendGrid, idOf(member))) ? HAPPENED : NOT_HAPPENED,
    ),
}

/** After the erasure job: sets the global unsubscribe again when the job removed it, which is not documented either way. */
export const restoreSuppression: Step = {
  async perform(sendGrid, members) {
    const missing: EffectMember[] = []
    for (const member of members) if (!(await isGloballySuppressed(sendGrid, idOf(member)))) missing.push(member)
    const there = members.filter((member) => !missing.includes(member))
    const restored = missing.length === 0 ? [] : await suppressGlobally.perform(sendGrid, missing)
    return [...keyed(there, ALREADY), ...restored]
  },
  readBack: suppressGlobally.readBack,
}

/** Deletes entries of one suppression list; mail to these addresses stays stopped by the global list. */
export function deleteSuppressions(kind: SuppressionKind): Step {
  return {
    async perform(sendGrid, members) {
      const reply = await sendGrid.ask({
        method: 'DELETE',
        path: `/v3/suppression/${kind}`,
        body: { emails: members.map(idOf) },
        bucket: 'suppressions',
        effect: true,
      })
      return keyed(members, await answerOf(sendGrid, reply, { members, isDone: ({ status }) => status === 204 }))
    },
    readBack: (sendGrid, members) =>
      keyedEach(members, async (member) => {
        const left = await suppressionEntries(sendGrid, { kind, email: idOf(member) })
        return left.length === 0 ? HAPPENED : NOT_HAPPENED
      }),
  }
}

/** Takes one address out of one unsubscribe group. */
export const leaveGroup: Step = {
  perform: (sendGrid, members) =>
    keyedEach(members, async (member) => {
      const [group, email] = pairOf(idOf(member))
      const reply = await sendGrid.ask({
        method: 'DELETE',
        path: `/v3/asm/groups/${encodeURIComponent(group)}/suppressions/${encodeURIComponent(email)}`,
        bucket: 'suppressions',
        effect: true,
      })
      return await answerOf(sendGrid, reply, { members: [member], isDone: ({ status }) => status === 204 })
    }),
  readBack: (sendGrid, members) =>
    keyedEach(members, async (member) => {
      const [group, email] = pairOf(idOf(member))
      const left = await suppressedGroups(sendGrid, email)
      return left.some((one) => requiredText(one, 'id') === group) ? NOT_HAPPENED : HAPPENED
    }),
}

/**
 * Takes addresses off the allow list. SendGrid only replaces the whole list, so it is read right before: two writers at
 * once would undo each other, which verification sees.
 */
export const leaveAllowList: Step = {
  async perform(sendGrid, members) {
    const { isEnabled, list } = await allowList(sendGrid)
    const leaving = members.map(idOf)
    const rest = list.filter((entry) => !leaving.some((email) => isSameAddress(entry, email)))
    if (rest.length === list.length) return keyed(members, ALREADY)
    const reply = await sendGrid.ask({
      method: 'PATCH',
      path: '/v3/mail_settings/address_whitelist',
      body: { enabled: isEnabled, list: rest },
      bucket: 'settings',
      effect: true,
    })
    const isDone = ({ json }: { readonly json: JsonValue | undefined }) =>
      isJsonObject(json) && Array.isArray(json.list) && json.list.length === rest.length
    return keyed(members, await answerOf(sendGrid, reply, { members, isDone }))
  },
  async readBack(sendGrid, members) {
    const { list } = await allowList(sendGrid)
    return members.map((member) => ({
      key: member.key,
      answer: list.some((entry) => isSameAddress(entry, idOf(member))) ? NOT_HAPPENED : HAPPENED,
    }))
  },
}
