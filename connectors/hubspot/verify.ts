import type { Context, PartFinding, Readback, VerifyReport, VerifySubject } from '../../src/connector/index.ts'
import { openClient } from './client.ts'
import { askControl, readback } from './control.ts'
import { lookAtAddressParts } from './verify-addresses.ts'
import { lookAtContacts } from './verify-contacts.ts'
import { lookAtObjects } from './verify-objects.ts'

/** Looks again by id and by address, live and in the recycle bin; never by search, whose index lags. */
export async function verify(context: Context, subject: VerifySubject): Promise<VerifyReport> {
  const api = openClient(context)
  const control = await askControl(api)
  const looks = [
    await lookAtContacts(api, subject),
    await lookAtObjects(api, subject),
    await lookAtAddressParts(api, subject),
  ]
  const readbacks = looks.flatMap(({ seen }): readonly Readback[] =>
    seen.map(([name, count]) => readback(api, name, count)),
  )
  const findings = looks.flatMap((look) => look.findings)
  return { control, readbacks, findings: subject.right === 'erasure' ? findings : findings.map(inPlace) }
}

/** Where nothing was to be erased, a record that is still there is as it should be. */
function inPlace(finding: PartFinding): PartFinding {
  return finding.verdict.kind === 'present' ? { ...finding, verdict: { kind: 'in_place' } } : finding
}
