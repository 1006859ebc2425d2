import { textAt } from '../../src/connector/index.ts'
import type { Context, JsonObject, JsonValue, PartFinding, Purpose, VerifySubject } from '../../src/connector/index.ts'
import { isMarked, marking } from './mark.ts'
import { optionsOf } from './options.ts'
import type { Mark } from './options.ts'
import { changingPersons } from './person-change.ts'

const NO_PROFILING_WHY = 'Pipedrive has no profiling that can be switched off for one person'
const NO_CAMPAIGNS_WHY =
  'this company has no Campaigns and the account names no objection_field: e-mail is sent from another system'

/** Both mean that Campaigns sends nothing more. */
const SILENT = ['unsubscribed', 'archived']

const unsubscribing = changingPersons({
  step: 'unsubscribe',
  part: 'marketing_status',
  needsConsent: true,
  details: (_, { wish }, person) => (isAsked(wish?.purposes ?? []) && hasStatus(person) ? {} : undefined),
  change: (person) =>
    SILENT.includes(textAt(person, 'marketing_status')) ? undefined : { marketing_status: 'unsubscribed' },
})

const recording = changingPersons({
  step: 'mark_objection',
  part: 'marketing_status',
  details: (context, { wish }, person) => {
    const mark = optionsOf(context).objection
    return mark !== undefined && isAsked(wish?.purposes ?? []) && !hasStatus(person) ? { mark: { ...mark } } : undefined
  },
  change: (person, details) => marking(person, details),
})

/** Unsubscribes where the company has Campaigns; elsewhere sets the custom field that the account names. */
export const object = {
  ...unsubscribing,
  plan: async (...args: Parameters<typeof unsubscribing.plan>) => [
    ...(await unsubscribing.plan(...args)),
    ...(await recording.plan(...args)),
  ],
  perform: (...[context, call]: Parameters<typeof unsubscribing.perform>) => verbOf(call.step).perform(context, call),
  readBack: (...[context, call]: Parameters<typeof unsubscribing.readBack>) =>
    verbOf(call.step).readBack(context, call),
}

function verbOf(step: string): typeof unsubscribing {
  return step === 'mark_objection' ? recording : unsubscribing
}

/** What a look at the persons says about the objection. */
export function judgeObjection(
  context: Context,
  subject: VerifySubject,
  persons: readonly JsonObject[],
): readonly PartFinding[] {
  const purposes = subject.wish?.purposes ?? []
  const looked = subject.records.filter(({ part }) => part === 'person').length
  if (purposes.length === 0 || looked === 0) return []
  const told = (why: string): readonly PartFinding[] => [
    { part: 'marketing_status', looked, remaining: looked, verdict: { kind: 'cannot_tell', why } },
  ]
  if (!isAsked(purposes)) return told(NO_PROFILING_WHY)
  const mark = optionsOf(context).objection
  if (!persons.some(hasStatus) && mark === undefined) return told(NO_CAMPAIGNS_WHY)
  const silent = persons.filter((person) => isSilent(person, mark)).length
  const remaining = Math.max(0, looked - silent)
  const kind = persons.length === 0 ? 'absent' : remaining === 0 ? 'in_place' : 'present'
  return [{ part: 'marketing_status', looked, remaining, verdict: { kind } }]
}

function isSilent(person: JsonObject, mark: Mark | undefined): boolean {
  if (hasStatus(person)) return SILENT.includes(textAt(person, 'marketing_status'))
  return mark !== undefined && isMarked(person, mark)
}

function isAsked(purposes: readonly Purpose[]): boolean {
  return purposes.includes('direct_marketing') || purposes.includes('all')
}

/** Persons have a status only where the company has Campaigns. */
function hasStatus(person: JsonValue): boolean {
  return textAt(person, 'marketing_status') !== ''
}
