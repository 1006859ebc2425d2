import { textAt } from '../../src/connector/index.ts'
import type { Context, JsonObject, Look, PartFinding, VerifyReport, VerifySubject } from '../../src/connector/index.ts'
import { openClient } from './client.ts'
import type { Pipedrive } from './client.ts'
import { askControl, readback } from './control.ts'
import { isAt } from './mapping.ts'
import { judgeObjection } from './object.ts'
import { readPeople } from './people.ts'
import { judgeCorrections } from './rectify.ts'
import { judgeRestriction } from './restrict.ts'
import { lookAtChildren } from './verify-children.ts'
import { lookAtPersons } from './verify-person.ts'

/** Looks again by id and by address, after a positive control with the same credential. */
export async function verify(context: Context, subject: VerifySubject): Promise<VerifyReport> {
  const api = openClient(context)
  const me = await askControl(api)
  const control = readback(api, 'control', 1)
  const { findings, seen } = await lookFor(api, subject, textAt(me, 'id'))
  return { control, findings, readbacks: seen.map(([name, count]) => readback(api, name, count)) }
}

async function lookFor(api: Pipedrive, subject: VerifySubject, userId: string): Promise<Look> {
  switch (subject.right) {
    case 'erasure':
      return lookEverywhere(api, subject, userId)
    case 'access':
    case 'portability': {
      const look = await lookEverywhere(api, subject, userId)
      return { ...look, findings: look.findings.map(inPlace) }
    }
    case 'rectification':
      return lookAtWish(api, subject, (persons) => judgeCorrections(subject, persons))
    case 'objection':
      return lookAtWish(api, subject, (persons) => judgeObjection(api.context, subject, persons))
    case 'restriction':
      return lookAtWish(api, subject, (persons) => judgeRestriction(api.context, subject, persons))
  }
}

async function lookEverywhere(api: Pipedrive, subject: VerifySubject, userId: string): Promise<Look> {
  const persons = await lookAtPersons(api, subject, userId)
  const children = await lookAtChildren(api, subject)
  return { findings: [...persons.findings, ...children.findings], seen: [...persons.seen, ...children.seen] }
}

/** Only the person carries what is corrected, objected to or restricted. */
async function lookAtWish(
  api: Pipedrive,
  { records }: VerifySubject,
  judge: (persons: readonly JsonObject[]) => readonly PartFinding[],
): Promise<Look> {
  const ids = records.filter(({ part }) => part === 'person').map(({ ref }) => ref)
  const persons = (await readPeople(api, ids)).filter((person) => !isAt(person, 'is_deleted'))
  return { findings: judge(persons), seen: [['person_by_id', persons.length]] }
}

/** Where nothing was to be erased, a record that is still there is as it should be. */
function inPlace(finding: PartFinding): PartFinding {
  return finding.verdict.kind === 'present' ? { ...finding, verdict: { kind: 'in_place' } } : finding
}
