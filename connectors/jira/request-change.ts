import { ALREADY, DsrError, happenedIf, objectAt, recordsIn, REFUSED, valueAt } from '../../src/connector/index.ts'
import type { EffectMember, JsonObject, LegSubject, PlannedEffect, SingleStep } from '../../src/connector/index.ts'
import { wordsOf } from './adf.ts'
import { settled } from './settle.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { numberIn } from './ids.ts'
import { fetchIssues } from './issues.ts'

/** Sets fields of one of the person's requests without sending mail, unless they hold the values already. */
export const settingFields: SingleStep<Jira> = {
  async perform(api, member) {
    const issue = (await fetchIssues(api, [member.target])).get(member.target)
    await askSelf(api)
    if (issue === undefined) return REFUSED
    if (isAsWanted(issue, wantedIn(member))) return ALREADY
    return settled(api, () =>
      api.cloud.issues.editIssue({
        issueIdOrKey: numberIn(member.target),
        notifyUsers: false,
        fields: wantedIn(member),
      }),
    )
  },
  async readBack(api, member) {
    const self = await askSelf(api)
    const issue = (await fetchIssues(api, [member.target])).get(member.target)
    await askSelf(api, self)
    return happenedIf(issue !== undefined && isAsWanted(issue, wantedIn(member)))
  },
}

function wantedIn({ details }: EffectMember): JsonObject {
  const wanted = objectAt(details, 'fields')
  if (Object.keys(wanted).length === 0) throw new DsrError('CONNECTOR_BUG', 'an effect does not say what to set')
  return wanted
}

/** Whether the issue holds the values: a text, or the id of what was chosen. */
export function isAsWanted(issue: JsonObject, wanted: JsonObject): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const now = valueAt(issue, 'fields', name)
    const id = valueAt(value, 'id')
    return id === undefined ? wordsOf(now) === wordsOf(value) : valueAt(now, 'id') === id
  })
}

/** The same fields for every request of the person. */
export function onRequests(step: string, { records }: LegSubject, fields: JsonObject): readonly PlannedEffect[] {
  if (Object.keys(fields).length === 0) return []
  return recordsIn(records, 'requests').map(({ ref }) => ({
    step,
    target: ref,
    part: 'requests',
    after: [],
    details: { fields },
  }))
}

/** How many of the person's requests do not hold the values, looked at by number between two controls. */
export async function requestsWithout(api: Jira, ids: readonly string[], fields: JsonObject): Promise<number> {
  const self = await askSelf(api)
  const issues = await fetchIssues(api, ids)
  await askSelf(api, self)
  return ids.filter((id) => {
    const issue = issues.get(id)
    return issue === undefined || !isAsWanted(issue, fields)
  }).length
}
