import { DAY_MS, findingOf, holdsTrace, textsAt } from '../../src/connector/index.ts'
import type { Left, Look, PartFinding, PlannedRecord, Traces, VerifySubject } from '../../src/connector/index.ts'
import type { HubSpot } from './client.ts'
import { purgeDays } from './depth.ts'
import { fileFacts } from './files.ts'
import { msOf, propertiesAt } from './mapping.ts'
import { LINKED_TYPES } from './object-types.ts'
import type { ObjectType } from './object-types.ts'
import { readLinks, readObjects } from './objects.ts'
import type { CrmObject } from './objects.ts'
import { threadState } from './threads.ts'
import { contactIdsOf, tracesOfSubject } from './traces.ts'

/** Activities, business records, files and conversations, each by its id. */
export async function lookAtObjects(api: HubSpot, subject: VerifySubject): Promise<Look> {
  const looks: Look[] = []
  for (const kind of LINKED_TYPES) {
    const records = subject.records.filter(({ part }) => part === kind.type)
    if (records.length > 0) looks.push(await lookAtType(api, { kind, records, subject }))
  }
  looks.push(await lookAtOwnTypes(api, subject))
  looks.push(await lookAtFiles(api, subject))
  looks.push(await lookAtThreads(api, subject))
  const recordings = recordingsOf(subject)
  return {
    findings: [...looks.flatMap(({ findings }) => findings), ...recordings],
    seen: looks.flatMap(({ seen }) => seen),
  }
}

interface TypeLook {
  readonly kind: ObjectType
  readonly records: readonly PlannedRecord[]
  readonly subject: VerifySubject
}

async function lookAtType(api: HubSpot, { kind, records, subject }: TypeLook): Promise<Look> {
  const { type, texts } = kind
  const query = { type, ids: records.map(({ ref }) => ref), properties: texts }
  const live = await readObjects(api, query)
  const archived = await readObjects(api, { ...query, isArchived: true })
  const stillTheirs = await subjectsAmong(api, { kind, records, subject, live })
  const purgeByMs = archived.map((object) => binned(api, object) + purgeDays(type) * DAY_MS)
  return {
    findings: [findingOf(type, records.length, leftOf(api, stillTheirs, purgeByMs))],
    seen: [
      [`${type}_by_id`, live.length],
      [`${type}_by_id_in_recycle_bin`, archived.length],
    ],
  }
}

/** How many live records are still the subject's: a blanked and unlinked one is not. */
async function subjectsAmong(
  api: HubSpot,
  { kind, records, subject, live }: TypeLook & { readonly live: readonly CrmObject[] },
): Promise<number> {
  const traces = tracesOfSubject(subject.records, subject.identifiers)
  switch (kind.treatment) {
    case 'leave':
      return live.length
    case 'redact':
      return live.filter((object) => names(object, { kind, traces })).length
    case 'archive': {
      const own = new Set(contactIdsOf(subject.records))
      const holders = await readLinks(api, { from: kind.type, to: 'contacts', ids: live.map(({ id }) => id) })
      return live.filter((object) => {
        const linked = holders.get(object.id) ?? []
        const isShared = linked.some((id) => !own.has(id)) || sharedBefore(records, object.id)
        return !isShared || linked.some((id) => own.has(id)) || names(object, { kind, traces })
      }).length
    }
  }
}

function sharedBefore(records: readonly PlannedRecord[], id: string): boolean {
  return records.some(({ ref, content }) => ref === id && textsAt(content, 'sharedWith').length > 0)
}

function names({ properties }: CrmObject, { kind, traces }: { kind: ObjectType; traces: Traces }): boolean {
  return kind.texts.some((name) => holdsTrace(properties[name] ?? '', traces))
}

function binned(api: HubSpot, { archivedAt }: CrmObject): number {
  return msOf(archivedAt) ?? api.context.clock.nowMs()
}

function leftOf(api: HubSpot, live: number, purgeByMs: readonly number[]): Left {
  return { live, purgeByMs, nowMs: api.context.clock.nowMs() }
}

/** Records of own types: their refs carry the type before the id. */
async function lookAtOwnTypes(api: HubSpot, { records }: VerifySubject): Promise<Look> {
  const own = records.filter(({ part }) => part === 'custom_objects').map(({ ref }) => ref.split('/'))
  if (own.length === 0) return { findings: [], seen: [] }
  let live = 0
  for (const type of new Set(own.map(([name = '']) => name))) {
    const ids = own.filter(([name]) => name === type).map(([, id = '']) => id)
    live += (await readObjects(api, { type, ids, properties: [] })).length
  }
  return {
    findings: [findingOf('custom_objects', own.length, leftOf(api, live, []))],
    seen: [['custom_objects_by_id', live]],
  }
}

async function lookAtFiles(api: HubSpot, { records }: VerifySubject): Promise<Look> {
  const files = records.filter(({ part }) => part === 'attachments')
  if (files.length === 0) return { findings: [], seen: [] }
  let live = 0
  for (const { ref } of files) if ((await fileFacts(api, ref)) !== undefined) live += 1
  return {
    findings: [findingOf('attachments', files.length, leftOf(api, live, []))],
    seen: [['file_by_id', live]],
  }
}

async function lookAtThreads(api: HubSpot, { records }: VerifySubject): Promise<Look> {
  const threads = records.filter(({ part }) => part === 'threads')
  if (threads.length === 0) return { findings: [], seen: [] }
  const states: ('live' | 'archived' | 'absent')[] = []
  for (const { ref } of threads) states.push(await threadState(api, ref))
  const live = states.filter((state) => state === 'live').length
  // The trash does not say since when; counted from now we promise the later day.
  const purgeByMs = states
    .filter((state) => state === 'archived')
    .map(() => api.context.clock.nowMs() + purgeDays('threads') * DAY_MS)
  return {
    findings: [findingOf('threads', threads.length, leftOf(api, live, purgeByMs))],
    seen: [['thread_by_id', live]],
  }
}

/** HubSpot deletes a recording with its call and gives nobody a way to see it. */
function recordingsOf({ records }: VerifySubject): readonly PartFinding[] {
  const recorded = records.filter(
    ({ part, content }) => part === 'calls' && propertiesAt(content).hs_call_recording_url !== undefined,
  )
  if (recorded.length === 0) return []
  const why = 'HubSpot deletes recordings with their calls and offers no way to look for them'
  return [{ part: 'call_recordings', looked: 0, remaining: 0, verdict: { kind: 'cannot_tell', why } }]
}
