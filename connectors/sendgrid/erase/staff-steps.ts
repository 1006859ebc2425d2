import { alerts, teammates } from '../places/settings.ts'
import { requiredText, text } from '../shape.ts'
import { HAPPENED, NOT_HAPPENED, answerOf, idOf, keyedEach } from './answers.ts'
import type { Step } from './step.ts'

/** Removes a seat, once a person decided that the subject's seat goes. */
export const removeTeammate: Step = {
  perform: (sendGrid, members) =>
    keyedEach(members, async (member) => {
      const reply = await sendGrid.ask({
        method: 'DELETE',
        path: `/v3/teammates/${encodeURIComponent(idOf(member))}`,
        bucket: 'settings',
        effect: true,
      })
      return await answerOf(sendGrid, reply, { members: [member], isDone: ({ status }) => status === 204 })
    }),
  async readBack(sendGrid, members) {
    const seats = await teammates(sendGrid)
    return members.map((member) => ({
      key: member.key,
      answer: seats.some((seat) => text(seat, 'username') === idOf(member)) ? NOT_HAPPENED : HAPPENED,
    }))
  },
}

/** Removes one alert to the subject's address. */
export const removeAlert: Step = {
  perform: (sendGrid, members) =>
    keyedEach(members, async (member) => {
      const reply = await sendGrid.ask({
        method: 'DELETE',
        path: `/v3/alerts/${encodeURIComponent(idOf(member))}`,
        bucket: 'settings',
        effect: true,
      })
      return await answerOf(sendGrid, reply, { members: [member], isDone: ({ status }) => status === 204 })
    }),
  async readBack(sendGrid, members) {
    const all = await alerts(sendGrid)
    return members.map((member) => ({
      key: member.key,
      answer: all.some((alert) => requiredText(alert, 'id') === idOf(member)) ? NOT_HAPPENED : HAPPENED,
    }))
  },
}
