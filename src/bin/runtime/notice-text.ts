import type { JsonObject } from '../../domain/json.ts'
import type { NoticeAbout } from '../../stages/common/outbox.ts'

/** What the owner reads, by what it is about. Subjects name no person; the link leads to the page that does, behind sign-in. */
const TEXTS: Readonly<Record<NoticeAbout, { readonly subject: string; readonly text: string }>> = {
  leg_parked: {
    subject: 'A request needs a decision',
    text: 'One system could not be dealt with automatically. Open the request, see what happened, and decide how to go on.',
  },
  needs_decision: {
    subject: 'A request needs a decision',
    text: 'A match is not certain, or the identity of the person is not confirmed yet. Nothing is disclosed or erased before you decide.',
  },
  needs_approval: {
    subject: 'A plan waits for approval',
    text: 'The plan lists what would be changed, and where. Nothing is changed before it is approved.',
  },
  needs_review: {
    subject: 'An archive waits for review',
    text: 'Look through the archive for data of other people before it goes to the person.',
  },
  plan_expired: {
    subject: 'A plan has expired',
    text: 'It was not approved or used in time. Open the request to have it made anew; the due date does not move.',
  },
  due_soon: { subject: 'A request is due soon', text: 'It is not answered yet.' },
  overdue: {
    subject: 'A request is late',
    text: 'It should have been answered. Answer it now, and note why it is late.',
  },
  not_signed: {
    subject: 'A record could not be signed',
    text: 'Something in it is not what a record may hold. Everything was done; the answer waits. Ask whoever runs Habeas: the log names the code.',
  },
  suppression_review: {
    subject: 'A suppression is due for review',
    text: 'For three years this person was not to be written to. Look whether the reason still holds; it stays until they opt in again.',
  },
  not_delivered: {
    subject: 'An answer could not be delivered',
    text: 'The portal did not take it after all tries. Inform the person another way, or send it again from the request page.',
  },
}

export function noticeText(
  body: JsonObject,
  { controller, link }: { controller: string; link: string },
): { subject: string; text: string } {
  const about = typeof body.about === 'string' && body.about in TEXTS ? (body.about as NoticeAbout) : 'leg_parked'
  const { subject, text } = TEXTS[about]
  const days =
    typeof body.days === 'number' && body.days > 0
      ? `\nDays left: ${body.days} (due ${typeof body.due_date === 'string' ? body.due_date : 'soon'}).`
      : ''
  return { subject: `${subject} (${controller})`, text: `${text}${days}\n\n${link}\n` }
}
