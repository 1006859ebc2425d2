import { recordsIn, singleStepVerb, textAt } from '../../src/connector/index.ts'
import type { Correction, JsonObject, PartFinding, VerifySubject, WritingVerb } from '../../src/connector/index.ts'
import { openJira } from './client.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { readAccount } from './people.ts'
import { onRequests, requestsWithout, settingFields } from './request-change.ts'

const BY_HAND =
  'Jira has no call that corrects this value: a site administrator changes a customer’s name or address, the person an Atlassian account’s'

/** Corrects the custom fields of the person's requests that the options name. Accounts can be corrected by hand only. */
export const rectify: WritingVerb = singleStepVerb({
  open: openJira,
  plan: async (context, subject) => {
    const api = openJira(context)
    const effects = onRequests('correct_request', subject, fieldsFor(api, subject.wish?.corrections ?? []))
    if (effects.length > 0) await askSelf(api)
    return effects
  },
  steps: { correct_request: settingFields },
})

function fieldsFor({ options }: Jira, corrections: readonly Correction[]): JsonObject {
  return Object.fromEntries(
    corrections.flatMap(({ field, value }) => {
      const id = options.correctionFields.get(field)
      return id === undefined ? [] : [[id, value === '' ? null : value] as const]
    }),
  )
}

export async function verifyRectification(
  api: Jira,
  { records, wish }: VerifySubject,
): Promise<readonly PartFinding[]> {
  const corrections = wish?.corrections ?? []
  const self = await askSelf(api)
  const fields = fieldsFor(api, corrections)
  const requests = recordsIn(records, 'requests').map(({ ref }) => ref)
  const findings: PartFinding[] = []
  if (Object.keys(fields).length > 0 && requests.length > 0) {
    const remaining = await requestsWithout(api, requests, fields)
    const verdict = { kind: remaining === 0 ? ('in_place' as const) : ('present' as const) }
    findings.push({ part: 'requests', looked: requests.length, remaining, verdict })
  }
  const elsewhere = corrections.filter(({ field }) => !api.options.correctionFields.has(field))
  for (const part of ['account', 'atlassian_account']) {
    const accounts = recordsIn(records, part)
    if (elsewhere.length === 0 || accounts.length === 0) continue
    let remaining = 0
    for (const { ref } of accounts) if (!isCorrected(await readAccount(api, ref), elsewhere)) remaining += 1
    const verdict = remaining === 0 ? { kind: 'in_place' as const } : { kind: 'cannot_tell' as const, why: BY_HAND }
    findings.push({ part, looked: accounts.length, remaining, verdict })
  }
  await askSelf(api, self)
  return findings
}

/** Whether somebody has made the correction by hand already. */
function isCorrected(account: JsonObject | undefined, corrections: readonly Correction[]): boolean {
  if (account === undefined) return false
  const words = textAt(account, 'displayName').toLowerCase().split(/\s+/)
  return corrections.every(({ field, value }) => {
    const wanted = value.toLowerCase()
    if (field === 'email') return textAt(account, 'emailAddress').toLowerCase() === wanted
    const isName = field === 'first_name' || field === 'last_name'
    return isName && wanted !== '' && wanted.split(/\s+/).every((word) => words.includes(word))
  })
}
