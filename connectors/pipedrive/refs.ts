import { numberOf } from './mapping.ts'

/** A comment's ref is its note's id and its own. */
export function commentAt(ref: string): { readonly id: number; readonly commentId: string } {
  const [note = '', commentId = ''] = ref.split('/')
  return { id: numberOf(note), commentId }
}

/** Somebody's part in a deal: the deal's id and Pipedrive's id of the part. */
export function participationAt(ref: string): { readonly id: number; readonly deal_participant_id: number } {
  const [deal = '', participant = ''] = ref.split('/')
  return { id: numberOf(deal), deal_participant_id: numberOf(participant) }
}
