import { recordsIn, singleStepVerb } from '../../src/connector/index.ts'
import type {
  JsonObject,
  PartFinding,
  PlannedEffect,
  SingleStep,
  VerifySubject,
  WritingVerb,
} from '../../src/connector/index.ts'
import { settled } from './settle.ts'
import { openJira } from './client.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { accountIn } from './ids.ts'
import { onRequests, requestsWithout, settingFields } from './request-change.ts'

const NO_LEVEL = 'no issue security level is configured for restricted requests; restrict them by hand'
const UNSEEN = 'Jira does not show whether a customer may still use the portal'

/** Taking access to the portal away can be undone, and doing it twice is doing it once; nothing shows whether it is so. */
const revokePortal: SingleStep<Jira> = {
  perform: (api, { target }) =>
    // The SDK does not encode its path parameters.
    settled(api, () =>
      api.desk.customer.revokePortalOnlyAccessForUser({ accountId: encodeURIComponent(accountIn(target)) }),
    ),
  readBack: () => Promise.resolve({ kind: 'cannot_tell' }),
}

/** A security level hides the person's requests from all but the privacy team; the portal is taken away on demand. */
export const restrict: WritingVerb = singleStepVerb({
  open: openJira,
  plan: async (context, subject) => {
    const api = openJira(context)
    const effects: readonly PlannedEffect[] = [
      ...onRequests('restrict_request', subject, levelFor(api)),
      ...(api.options.revokesPortal ? recordsIn(subject.records, 'account') : []).map(({ ref, part }) => ({
        step: 'revoke_portal',
        target: ref,
        part,
        after: [],
      })),
    ]
    if (effects.length > 0) await askSelf(api)
    return effects
  },
  steps: { restrict_request: settingFields, revoke_portal: revokePortal },
})

function levelFor({ options }: Jira): JsonObject {
  return options.restrictionLevel === undefined ? {} : { security: { id: options.restrictionLevel } }
}

export async function verifyRestriction(api: Jira, { records }: VerifySubject): Promise<readonly PartFinding[]> {
  const self = await askSelf(api)
  const requests = recordsIn(records, 'requests').map(({ ref }) => ref)
  const level = levelFor(api)
  const findings: PartFinding[] = []
  if (requests.length > 0 && api.options.restrictionLevel === undefined)
    findings.push({
      part: 'requests',
      looked: requests.length,
      remaining: requests.length,
      verdict: { kind: 'cannot_tell', why: NO_LEVEL },
    })
  else if (requests.length > 0) {
    const remaining = await requestsWithout(api, requests, level)
    const verdict = { kind: remaining === 0 ? ('in_place' as const) : ('present' as const) }
    findings.push({ part: 'requests', looked: requests.length, remaining, verdict })
  }
  const customers = recordsIn(records, 'account').length
  if (customers > 0 && api.options.revokesPortal)
    findings.push({
      part: 'account',
      looked: customers,
      remaining: 0,
      verdict: { kind: 'cannot_tell', why: UNSEEN },
    })
  await askSelf(api, self)
  return findings
}
