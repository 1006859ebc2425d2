import type { Context, Look, PartFinding, VerifyReport, VerifySubject } from '../../src/connector/index.ts'
import { openClient } from './client.ts'
import type { HubSpot } from './client.ts'
import { askControl, readback } from './control.ts'
import { lookAtObjection } from './object.ts'
import { lookAtCorrections } from './rectify.ts'
import { lookAtRestriction } from './restrict.ts'
import { lookAtAddressParts } from './verify-addresses.ts'
import { lookAtContacts } from './verify-contacts.ts'
import { lookAtObjects } from './verify-objects.ts'

/** Looks again by id and by address, live and in the recycle bin; never by search, whose index lags. */
export async function verify(context: Context, subject: VerifySubject): Promise<VerifyReport> {
  const api = openClient(context)
  const control = await askControl(api)
  const looks = await looksOf(api, subject)
  return {
    control,
    findings: looks.flatMap(({ findings }) => findings),
    readbacks: looks.flatMap(({ seen }) => seen.map(([name, count]) => readback(api, name, count))),
  }
}

async function looksOf(api: HubSpot, subject: VerifySubject): Promise<readonly Look[]> {
  switch (subject.right) {
    case 'erasure':
      return lookEverywhere(api, subject)
    case 'access':
    case 'portability':
      return (await lookEverywhere(api, subject)).map((look) => ({ ...look, findings: look.findings.map(inPlace) }))
    case 'rectification':
      return [await lookAtCorrections(api, subject)]
    case 'objection':
      return [await lookAtObjection(api, subject)]
    case 'restriction':
      return [await lookAtRestriction(api, subject)]
  }
}

async function lookEverywhere(api: HubSpot, subject: VerifySubject): Promise<readonly Look[]> {
  return [await lookAtContacts(api, subject), await lookAtObjects(api, subject), await lookAtAddressParts(api, subject)]
}

/** Where nothing was to be erased, a record that is still there is as it should be. */
function inPlace(finding: PartFinding): PartFinding {
  return finding.verdict.kind === 'present' ? { ...finding, verdict: { kind: 'in_place' } } : finding
}
