import type { EffectAnswer, EffectMember, KeyedAnswer, ReadBackAnswer } from '../../../src/connector/index.ts'
import type { SendGrid } from '../client.ts'

export type Answers = Promise<readonly KeyedAnswer<EffectAnswer>[]>
export type ReadBacks = Promise<readonly KeyedAnswer<ReadBackAnswer>[]>

/** How one step of the manifest is carried out and looked at. All members belong to the same account or subuser. */
export interface Step {
  readonly perform: (sendGrid: SendGrid, members: readonly EffectMember[]) => Answers
  readonly readBack: (sendGrid: SendGrid, members: readonly EffectMember[]) => ReadBacks
  /** Only asynchronous steps. Members carry `jobRef`. */
  readonly poll?: (sendGrid: SendGrid, members: readonly EffectMember[]) => Answers
}

/** A vendor's job with the instant at which we got it, so that every poll names the same latest end. */
export interface Job {
  readonly id: string
  readonly sinceMs: number
}

export function jobRefOf({ id, sinceMs }: Job): string {
  return `${sinceMs}/${id}`
}

export function jobOf({ jobRef = '' }: EffectMember): Job {
  const at = jobRef.indexOf('/')
  return { id: jobRef.slice(at + 1), sinceMs: Number(jobRef.slice(0, Math.max(at, 0))) }
}
