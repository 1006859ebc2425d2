import type { RequestState } from './domain/request.ts'

/**
 * The way of one request, stage by stage: the table of contents of the product (design §3). The coordinator goes by it: a request
 * in one of `from` is the stage's to advance; legs run the stage's `legs` job at every account; `then` is where it leads.
 */
export const PIPELINE = [
  {
    stage: 'intake',
    takes: 'a request from the portal: right, identifiers, identity check',
    from: ['received', 'awaiting_identity'],
    legs: null,
    then: 'discovering, once the identity check is one that the policy accepts',
  },
  {
    stage: 'discover',
    takes: 'certain identifiers; asks every account, in at most three rounds',
    from: ['discovering', 'awaiting_decision'],
    legs: 'discover',
    then: 'the plan, or a person when a match is ambiguous',
  },
  {
    stage: 'plan',
    takes: 'what was found and decided; makes the plan whose hash is approved',
    from: ['discovering'],
    legs: null,
    then: 'awaiting approval, or the end of a dry run',
  },
  {
    stage: 'act',
    takes: 'an approved plan after its cooling-off; exports, or sends effects in waves',
    from: ['awaiting_approval', 'acting', 'plan_expired'],
    legs: 'act',
    then: 'a look at the vendor, leg by leg',
  },
  {
    stage: 'verify',
    takes: 'what was acted on; looks again by id and by identifier after a positive control',
    from: ['acting'],
    legs: 'verify',
    then: 'settled legs, then review or sealing',
  },
  {
    stage: 'seal',
    takes: 'settled legs; builds the archive and signs the completion record',
    from: ['awaiting_review', 'sealing'],
    legs: null,
    then: 'the answer',
  },
  {
    stage: 'answer',
    takes: 'a sealed record; informs the portal and records that it did',
    from: ['sealing'],
    legs: null,
    then: 'answered, and closed when no recheck is left',
  },
  {
    stage: 'recheck',
    takes: 'a promise that is due: purge windows, retention dates, an order',
    from: ['answered'],
    legs: 'discover',
    then: 'act and verify under the next generation, and a sequel record',
  },
] as const satisfies readonly {
  readonly stage: string
  readonly takes: string
  readonly from: readonly RequestState[]
  readonly legs: 'discover' | 'act' | 'verify' | null
  readonly then: string
}[]
