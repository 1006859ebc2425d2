import { textAt } from '../../src/connector/index.ts'
import type { Context, Look, PartFinding, VerifyReport, VerifySubject } from '../../src/connector/index.ts'
import { openIntercom } from './client.ts'
import { askSelf, readback } from './control.ts'
import { lookAtObjection } from './object.ts'
import { lookAtCorrections } from './rectify.ts'
import { lookAtRestriction } from './restrict.ts'
import { lookAtContacts } from './verify-contacts.ts'
import { lookAtRecords } from './verify-records.ts'

/** Looks again by id and by identifier; what only a search shows is confirmed by id, since its index lags. */
export async function verify(context: Context, subject: VerifySubject): Promise<VerifyReport> {
  const api = openIntercom(context)
  const contacts = subject.records.filter(({ part }) => part === 'contact')
  await askSelf(api, [...new Set(contacts.map(({ content }) => textAt(content, 'workspace_id')))])
  const control = readback(api, 'control', 1)
  const looks = await looksOf(api, subject)
  return {
    control,
    findings: looks.flatMap(({ findings }) => findings),
    readbacks: looks.flatMap(({ seen }) => seen.map(([name, count]) => readback(api, name, count))),
  }
}

async function looksOf(api: ReturnType<typeof openIntercom>, subject: VerifySubject): Promise<readonly Look[]> {
  switch (subject.right) {
    case 'erasure':
      return lookEverywhere(api, subject)
    case 'access':
    case 'portability': {
      const looks = await lookEverywhere(api, subject)
      return looks.map(({ findings, seen }) => ({ findings: findings.map(inPlace), seen }))
    }
    case 'rectification':
      return [await lookAtCorrections(api, subject)]
    case 'objection':
      return [await lookAtObjection(api, subject)]
    case 'restriction':
      return [await lookAtRestriction(api, subject)]
  }
}

async function lookEverywhere(api: ReturnType<typeof openIntercom>, subject: VerifySubject): Promise<readonly Look[]> {
  return [await lookAtContacts(api, subject), await lookAtRecords(api, subject)]
}

/** Where nothing was to be erased, a record that is still there is as it should be. */
function inPlace(finding: PartFinding): PartFinding {
  return finding.verdict.kind === 'present' ? { ...finding, verdict: { kind: 'in_place' } } : finding
}
