import { findingOf } from '../../src/connector/index.ts'
import type { Look, PartFinding, VerifySubject } from '../../src/connector/index.ts'
import { emailEvents, formSubmissions } from './address-places.ts'
import type { HubSpot } from './client.ts'
import { addressesOf, propertiesAt } from './mapping.ts'
import { lookAtOptOuts } from './opt-out.ts'

const LEFT_PARTS = { form_submissions: formSubmissions, email_events: emailEvents } as const

/** What is kept by address: opt-outs that should stand, and what HubSpot cannot delete. */
export async function lookAtAddressParts(api: HubSpot, subject: VerifySubject): Promise<Look> {
  const nowMs = api.context.clock.nowMs()
  const findings: PartFinding[] = []
  const seen: (readonly [string, number])[] = []
  const emails = addressesFor(subject)
  for (const [part, find] of Object.entries(LEFT_PARTS)) {
    const looked = subject.records.filter((record) => record.part === part).length
    if (looked === 0) continue
    let live = 0
    const strangers = new Set((subject.others ?? []).filter((record) => record.part === part).map(({ ref }) => ref))
    for await (const { ref } of find(api, emails)) live += strangers.has(ref) ? 0 : 1
    findings.push(findingOf(part, looked, { live, purgeByMs: [], nowMs }))
    seen.push([`${part}_by_address`, live])
  }
  const optOuts = await lookAtOptOuts(api, subject.records)
  return { findings: [...findings, ...optOuts.findings], seen: [...seen, ...optOuts.seen] }
}

function addressesFor({ records, identifiers }: VerifySubject): readonly string[] {
  const contacts = records.filter(({ part }) => part === 'contact')
  return [
    ...new Set([
      ...identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value),
      ...contacts.flatMap(({ content }) => addressesOf(propertiesAt(content))),
    ]),
  ]
}
