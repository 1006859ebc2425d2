import { DsrError } from '../../../src/connector/index.ts'
import type { EffectAnswer, EffectMember, KeyedAnswer, ReadBackAnswer } from '../../../src/connector/index.ts'
import type { Reply, SendGrid } from '../client.ts'
import { readScopes } from '../desk.ts'
import { placeOf } from '../refs.ts'

export const DONE: EffectAnswer = { kind: 'done' }
export const ALREADY: EffectAnswer = { kind: 'already' }
export const SPLIT: EffectAnswer = { kind: 'split' }
export const UNKNOWN: EffectAnswer = { kind: 'unknown' }

export const HAPPENED: ReadBackAnswer = { kind: 'happened' }
export const NOT_HAPPENED: ReadBackAnswer = { kind: 'not_happened' }
export const CANNOT_TELL: ReadBackAnswer = { kind: 'cannot_tell' }

export function keyed<Answer>(members: readonly EffectMember[], answer: Answer): readonly KeyedAnswer<Answer>[] {
  return members.map(({ key }) => ({ key, answer }))
}

export async function keyedEach<Answer>(
  members: readonly EffectMember[],
  answerOf: (member: EffectMember) => Promise<Answer>,
): Promise<readonly KeyedAnswer<Answer>[]> {
  const answers: KeyedAnswer<Answer>[] = []
  for (const member of members) answers.push({ key: member.key, answer: await answerOf(member) })
  return answers
}

export function idOf(member: EffectMember): string {
  return placeOf(member.target).id
}

/**
 * What a reply means for every member of its call. A success of another kind than the documented one proves nothing:
 * the engine reads back. A 404 is "already so" once the control shows that the key still works.
 *
 * @throws DsrError `VENDOR_SCOPE_MISSING` for 403: nothing was done.
 */
export async function answerOf(
  sendGrid: SendGrid,
  reply: Reply,
  { members, isDone }: { readonly members: readonly EffectMember[]; readonly isDone: (reply: Reply) => boolean },
): Promise<EffectAnswer> {
  if (reply.status === 403) throw new DsrError('VENDOR_SCOPE_MISSING', 'the vendor answered 403')
  if (reply.status >= 200 && reply.status <= 299) return isDone(reply) ? DONE : UNKNOWN
  if (reply.status === 404) {
    await readScopes(sendGrid)
    return ALREADY
  }
  if (members.length > 1) return SPLIT
  return { kind: 'rejected', code: 'VENDOR_REFUSED' }
}
