import { findingOf, textAt } from '../../src/connector/index.ts'
import type { JsonObject, Left, Look, PartFinding, PlannedRecord, VerifySubject } from '../../src/connector/index.ts'
import type { Pipedrive } from './client.ts'
import { PURGE_MS } from './depth.ts'
import { purgeOf } from './finding.ts'
import { identifiersOf, isAt, msAt } from './mapping.ts'
import { readPeople, searchIds } from './people.ts'
import { readChangelog, readPicture } from './person-places.ts'

/** Goes with the person: what the look at the person says holds for these as well. */
const WITH_PERSON = ['marketing_status', 'followers']

/** The person by id and by every address, and what can be read only by its id. */
export async function lookAtPersons(api: Pipedrive, subject: VerifySubject, userId: string): Promise<Look> {
  const planned = subject.records.filter(({ part }) => part === 'person')
  const { left, seen } = await sight(api, subject, planned)
  const isBlind = planned.some(({ content }) => {
    const reader = textAt(content, 'read_by_user_id')
    return reader !== '' && reader !== userId
  })
  const findings: PartFinding[] = ['person', ...WITH_PERSON].flatMap((part) => {
    const looked = countOf(subject, part)
    if (looked === 0 && (part !== 'person' || left.live === 0)) return []
    const finding = findingOf(part, looked, left)
    return [isBlind && finding.verdict.kind !== 'present' ? { ...finding, verdict: BLIND } : finding]
  })
  const pictures = await lookAtPictures(api, subject)
  const changelog = await lookAtChangelog(api, subject)
  return {
    findings: [...findings, ...pictures.findings, ...changelog.findings],
    seen: [...seen, ...pictures.seen, ...changelog.seen],
  }
}

// Pipedrive leaves out what a credential may not see, as it leaves out what is gone.
const BLIND: PartFinding['verdict'] = {
  kind: 'cannot_tell',
  why: 'the person was read with another user’s credential, and what this one does not see need not be gone',
}

async function sight(
  api: Pipedrive,
  { identifiers, others = [] }: VerifySubject,
  planned: readonly PlannedRecord[],
): Promise<{ readonly left: Left } & Pick<Look, 'seen'>> {
  const emails = new Set([
    ...identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value),
    ...planned.flatMap(({ content }) => identifiersOf(content, 'email')),
  ])
  const ids = new Set(planned.map(({ ref }) => ref))
  const strangers = new Set(others.filter(({ part }) => part === 'person').map(({ ref }) => ref))
  const byAddress = new Set<string>()
  for (const value of emails) for (const id of await searchIds(api, { kind: 'email', value })) byAddress.add(id)
  const shown = await readPeople(api, [...new Set([...ids, ...byAddress])])
  const isTheirs = (person: JsonObject): boolean => {
    const id = textAt(person, 'id')
    // The index may still show what is gone: only what reads back with the address counts.
    return ids.has(id) || (!strangers.has(id) && identifiersOf(person, 'email').some((email) => emails.has(email)))
  }
  const theirs = shown.filter(isTheirs)
  const live = theirs.filter((person) => !isAt(person, 'is_deleted'))
  const hidden = planned.filter(({ ref }) => !shown.some((person) => textAt(person, 'id') === ref))
  const nowMs = api.context.clock.nowMs()
  const marked = theirs.filter((person) => isAt(person, 'is_deleted'))
  return {
    left: {
      live: live.length,
      purgeByMs: [
        ...marked.map((person) => (msAt(person, 'update_time') ?? nowMs) + PURGE_MS),
        ...hidden.flatMap((record) => purgeOf(record, nowMs)),
      ],
      nowMs,
    },
    seen: [
      ['person_by_id', live.filter((person) => ids.has(textAt(person, 'id'))).length],
      ['person_by_id_marked_as_deleted', marked.length],
      ['person_by_address', live.filter((person) => byAddress.has(textAt(person, 'id'))).length],
    ],
  }
}

async function lookAtPictures(api: Pipedrive, subject: VerifySubject): Promise<Look> {
  const planned = subject.records.filter(({ part }) => part === 'picture')
  if (planned.length === 0) return { findings: [], seen: [] }
  let live = 0
  for (const { parentRef } of planned)
    if (parentRef !== undefined && (await readPicture(api, parentRef)) !== undefined) live += 1
  const left = { live, purgeByMs: [], nowMs: api.context.clock.nowMs() }
  return { findings: [findingOf('picture', planned.length, left)], seen: [['picture_by_person', live]] }
}

const CHANGELOG_WHY = 'Pipedrive does not show the changelog of a deleted person, and does not say what becomes of it'

/** Nothing deletes the changelog: it is there, or it cannot be seen; gone it never is. */
async function lookAtChangelog(api: Pipedrive, subject: VerifySubject): Promise<Look> {
  const planned = subject.records.filter(({ part }) => part === 'changelog')
  if (planned.length === 0) return { findings: [], seen: [] }
  let live = 0
  for (const { ref } of planned) live += ((await readChangelog(api, ref))?.length ?? 0) > 0 ? 1 : 0
  const looked = planned.length
  const finding: PartFinding =
    live > 0
      ? { part: 'changelog', looked, remaining: live, verdict: { kind: 'present' } }
      : { part: 'changelog', looked, remaining: looked, verdict: { kind: 'cannot_tell', why: CHANGELOG_WHY } }
  return { findings: [finding], seen: [['changelog_by_person', live]] }
}

function countOf({ records }: VerifySubject, part: string): number {
  return records.filter((record) => record.part === part).length
}
