import { DsrError, neverPolled, recordsIn } from '../../src/connector/index.ts'
import type {
  KeyedAnswer,
  Look,
  PartFinding,
  ReadBackAnswer,
  VerifySubject,
  Wish,
  WritingVerb,
} from '../../src/connector/index.ts'
import { openClient } from './client.ts'
import type { HubSpot } from './client.ts'
import { askControl } from './control.ts'
import { isOptedOut, lookAtOptOuts, planOptOuts, unsubscribe } from './opt-out.ts'

const NO_SWITCH =
  'HubSpot lets a person opt out of e-mail only; scoring, other channels and other uses have no switch for one person: decide by hand'

/** Opts every address of the person out of all marketing e-mail, in every brand that the configuration names. */
export const object: WritingVerb = {
  plan: (context, { records, wish }) =>
    Promise.resolve(
      isAgainstMarketing(wish) ? planOptOuts(context, records).map((effect) => ({ ...effect, after: [] })) : [],
    ),
  perform: async (context, { members }) => {
    const [member, ...more] = members
    if (member === undefined || more.length > 0) throw new DsrError('CONNECTOR_BUG', 'a call carries one effect')
    return [{ key: member.key, answer: await unsubscribe(openClient(context), member) }]
  },
  readBack: async (context, { members }) => {
    const api = openClient(context)
    await askControl(api)
    const answers: KeyedAnswer<ReadBackAnswer>[] = []
    for (const { key, details } of members)
      answers.push({ key, answer: { kind: (await isOptedOut(api, details)) ? 'happened' : 'not_happened' } })
    return answers
  },
  poll: neverPolled,
}

function isAgainstMarketing(wish: Wish | undefined): boolean {
  return wish?.purposes.some((purpose) => purpose === 'direct_marketing' || purpose === 'all') ?? false
}

/** Whether the opt-outs are in place, and what HubSpot has no switch for. */
export async function lookAtObjection(api: HubSpot, { records, wish }: VerifySubject): Promise<Look> {
  const purposes = wish?.purposes ?? []
  if (purposes.length === 0) return { findings: [], seen: [] }
  const optOuts = isAgainstMarketing(wish) ? await lookAtOptOuts(api, records) : { findings: [], seen: [] }
  const contacts = recordsIn(records, 'contact').length
  const isMore = purposes.some((purpose) => purpose !== 'direct_marketing')
  const doubt: PartFinding = {
    part: 'contact',
    looked: contacts,
    remaining: 0,
    verdict: { kind: 'cannot_tell', why: NO_SWITCH },
  }
  return {
    findings: [...optOuts.findings, ...(isMore && contacts > 0 ? [doubt] : [])],
    seen: optOuts.seen,
  }
}
