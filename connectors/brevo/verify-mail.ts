import { findingOf, isJsonObject, recordsIn, textAt } from '../../src/connector/index.ts'
import type { Look, PartFinding, PlannedRecord, VerifySubject } from '../../src/connector/index.ts'
import type { Brevo } from './client.ts'
import { daysOf, mailAddresses } from './erase-plan.ts'
import { blockRef, blockedAmong, eventsOf, mailsTo } from './mail.ts'
import { emailOf } from './mapping.ts'
import { monthsWith } from './periods.ts'

/** The logs of every address: in the months in which mail was found, and the last one. */
export async function lookAtMail(api: Brevo, subject: VerifySubject): Promise<Look> {
  const nowMs = api.context.clock.nowMs()
  const addresses = mailAddresses(api.context, subject)
  let [mails, events] = [0, 0]
  for (const email of addresses) {
    const instants = daysOf(subject.records, email).map((day) => Date.parse(day))
    if (isInUse(api, 'transactional_emails')) mails += (await mailsTo(api, email, monthsWith(api, instants))).length
    if (isInUse(api, 'transactional_events'))
      events += (await eventsOf(api, email, mailsIn(subject.records, email))).length
  }
  const findings = [
    finding(subject, 'transactional_emails', { live: mails, nowMs }),
    finding(subject, 'transactional_events', { live: events, nowMs }),
  ]
  const blocks = await lookAtBlocks(api, recordsIn(subject.records, 'transactional_blocklist'))
  return {
    findings: [...findings.flat(), ...blocks.findings],
    seen: [['mails_by_address', mails], ['events_by_address', events], ...blocks.seen],
  }
}

function isInUse({ options }: Brevo, part: string): boolean {
  return !options.notInUse.has(part)
}

function mailsIn(records: readonly PlannedRecord[], email: string) {
  return recordsIn(records, 'transactional_emails').flatMap(({ content }) =>
    isJsonObject(content) && emailOf(textAt(content, 'email')) === email ? [content] : [],
  )
}

function finding(
  { records }: VerifySubject,
  part: string,
  left: { readonly live: number; readonly nowMs: number },
): readonly PartFinding[] {
  const looked = recordsIn(records, part).length
  return looked + left.live === 0 ? [] : [findingOf(part, looked, left)]
}

/** Blocks against transactional mail must all still be there. */
async function lookAtBlocks(api: Brevo, records: readonly PlannedRecord[]): Promise<Look> {
  if (records.length === 0) return { findings: [], seen: [] }
  const emails = records.flatMap(({ content }) => emailOf(textAt(content, 'email')) ?? [])
  const there = new Set((await blockedAmong(api, emails)).map(blockRef))
  const inPlace = records.filter(({ ref }) => there.has(ref)).length
  const verdict = inPlace === records.length ? 'in_place' : inPlace === 0 ? 'absent' : 'present'
  return {
    findings: [
      { part: 'transactional_blocklist', looked: records.length, remaining: inPlace, verdict: { kind: verdict } },
    ],
    seen: [['blocked_contacts_by_address', inPlace]],
  }
}
