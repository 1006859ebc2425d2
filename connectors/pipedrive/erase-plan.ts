import { pagesOfV1 } from './answers.ts'
import { objectAt, textAt } from '../../src/connector/index.ts'
import type { Context, JsonObject, LegSubject, PlannedEffect, PlannedRecord } from '../../src/connector/index.ts'
import { othersIn, readActivities } from './child-places.ts'
import { openClient } from './client.ts'
import type { Pipedrive } from './client.ts'
import { askControl } from './control.ts'
import { AWAITED_STEPS, DEAL_STEPS, NOTE_STEPS, PERSON_STEPS } from './erase-steps.ts'
import type { ErasureStep } from './erase-steps.ts'
import { identifiersOf, numberOf } from './mapping.ts'
import { tracesOfSubject } from './traces.ts'

type Unordered = Omit<PlannedEffect, 'after' | 'step'> & { readonly step: ErasureStep }

const PER_PAGE = 500

/** Children first, then the person: picture, overwriting, deletion. Business records are blanked beside them. */
export async function planErasure(context: Context, subject: LegSubject): Promise<readonly PlannedEffect[]> {
  if (subject.records.length === 0) return []
  const api = openClient(context)
  await askControl(api)
  return inOrder([
    ...subject.records.flatMap(plainEffects),
    ...keptApart(subject),
    ...(await activities(api, subject)),
    ...(await business(api, subject)),
    ...subject.records.filter(({ part }) => part === 'person').flatMap(personEffects),
  ])
}

/** The deletion of what is the subject's alone. */
function plainEffects({ part, ref, parentRef }: PlannedRecord): readonly Unordered[] {
  switch (part) {
    case 'files':
      return [{ step: 'delete_file', target: ref, part }]
    case 'calls':
      return [{ step: 'delete_call', target: ref, part }]
    case 'leads':
    case 'archived_leads':
      return [{ step: 'delete_lead', target: ref, part }]
    case 'mail':
      return [{ step: 'delete_mail', target: ref, part }]
    case 'picture':
      return parentRef === undefined ? [] : [{ step: 'delete_picture', target: parentRef, part }]
    default:
      return []
  }
}

/** Notes say nowhere when they are purged: they are blanked before they go. A kept note keeps its comments. */
function keptApart({ records, kept }: LegSubject): readonly Unordered[] {
  const keptNotes = new Set(kept.filter(({ part }) => part === 'notes').map(({ ref }) => ref))
  return records.flatMap(({ part, ref, parentRef }): readonly Unordered[] => {
    if (part === 'notes')
      return [
        { step: 'blank_note', target: ref, part },
        { step: 'delete_note', target: ref, part },
      ]
    if (part !== 'note_comments' || keptNotes.has(parentRef ?? '')) return []
    return [
      { step: 'blank_comment', target: ref, part },
      { step: 'delete_comment', target: ref, part },
    ]
  })
}

/** Deletes what is the subject's alone; blanks and leaves what others take part in, as it is now. */
async function activities(api: Pipedrive, subject: LegSubject): Promise<readonly Unordered[]> {
  const refs = subject.records.filter(({ part }) => part === 'activities').map(({ ref }) => ref)
  const own = ownOf(subject)
  const now = new Map((await readActivities(api, refs)).map((one) => [textAt(one, 'id'), one]))
  return refs.map((ref): Unordered => {
    const activity = now.get(ref)
    if (activity === undefined || !othersIn(activity, own))
      return { step: 'delete_activity', target: ref, part: 'activities' }
    return { step: 'redact_activity', target: ref, part: 'activities', details: leaving(subject) }
  })
}

async function business(api: Pipedrive, subject: LegSubject): Promise<readonly Unordered[]> {
  const effects: Unordered[] = []
  for (const { part, ref } of subject.records) {
    const one = { target: ref, part, details: leaving(subject) }
    if (part === 'deals' || part === 'archived_deals')
      effects.push({ step: 'redact_deal', ...one }, { step: 'unlink_deal', ...one })
    else if (part === 'projects' || part === 'archived_projects') effects.push({ step: 'release_project', ...one })
    else if (part === 'deal_participations') {
      effects.push({ step: 'redact_deal', ...one })
      for (const id of await participantIds(api, ref, ownOf(subject).ownIds))
        effects.push({ step: 'leave_deal', target: `${ref}/${id}`, part })
    }
  }
  return effects
}

/** Pipedrive's own ids of somebody's part in a deal. */
export async function participantIds(
  api: Pipedrive,
  dealId: string,
  personIds: ReadonlySet<string>,
): Promise<readonly string[]> {
  const ids: string[] = []
  const id = numberOf(dealId)
  for await (const one of pagesOfV1(PER_PAGE, (window) => api.dealsV1.getDealParticipants({ id, ...window }))) {
    const person = textAt(one, 'person_id', 'value') || textAt(one, 'person', 'id') || textAt(one, 'person_id')
    if (personIds.has(person)) ids.push(textAt(one, 'id'))
  }
  return ids
}

/** What hangs on a note, deal or project; everything else hangs on a person. */
const FOREIGN_PARENTS = ['note_comments', 'business_changelogs']

/** Whose ids, addresses and words are to go from what others share. */
export function ownOf({ records, identifiers }: Pick<LegSubject, 'records' | 'identifiers'>) {
  const persons = records.filter(({ part }) => part === 'person')
  const parents = records.flatMap(({ part, parentRef }) =>
    FOREIGN_PARENTS.includes(part) || parentRef === undefined ? [] : [parentRef],
  )
  return {
    ownIds: new Set([...persons.map(({ ref }) => ref), ...parents]),
    ownEmails: new Set([
      ...persons.flatMap(({ content }) => identifiersOf(content, 'email')),
      ...identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value),
    ]),
  }
}

function leaving(subject: LegSubject): JsonObject {
  const { ownIds, ownEmails } = ownOf(subject)
  const traces = { ...tracesOfSubject(subject.records, subject.identifiers) }
  return { persons: [...ownIds], emails: [...ownEmails], traces }
}

function personEffects({ ref, part, content }: PlannedRecord): readonly Unordered[] {
  const details = { custom_fields: Object.keys(objectAt(content, 'custom_fields')) }
  return [
    { step: 'anonymise_person', target: ref, part, details },
    { step: 'clear_addresses', target: ref, part },
    { step: 'delete_person', target: ref, part },
  ]
}

function inOrder(effects: readonly Unordered[]): readonly PlannedEffect[] {
  const planned = new Set<string>(effects.map(({ step }) => step))
  return effects.map((effect) => ({ ...effect, after: stepsBefore(effect.step).filter((step) => planned.has(step)) }))
}

/** What each step waits for; the person also for its children, so that a run that breaks off finds them again. */
function stepsBefore(step: ErasureStep): readonly string[] {
  const earlier = (steps: readonly string[]): readonly string[] => steps.slice(0, Math.max(0, steps.indexOf(step)))
  if (PERSON_STEPS.some((one) => one === step)) return [...AWAITED_STEPS, ...earlier(PERSON_STEPS)]
  return [...earlier(NOTE_STEPS), ...earlier(DEAL_STEPS)]
}
