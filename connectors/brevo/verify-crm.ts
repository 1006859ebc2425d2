import { findingOf, holdsTrace, recordsIn, redactedTexts, textAt } from '../../src/connector/index.ts'
import type { JsonObject, Look, PartFinding, PlannedRecord, Traces, VerifySubject } from '../../src/connector/index.ts'
import type { Brevo } from './client.ts'
import { isLinked, redactedAttributes } from './crm-steps.ts'
import { CRM_PLACES, listedOn } from './crm.ts'
import type { CrmPlace } from './crm.ts'
import { isObjectThere } from './custom-objects.ts'
import { isShared, ownContactIds, tracesOfSubject } from './erase-plan.ts'

/** Whose traces must be gone. */
interface Gone {
  readonly ownIds: readonly string[]
  readonly traces: Traces
  readonly nowMs: number
}

/** The CRM by the contacts' old ids, then each record by its own; records of custom objects by their own. */
export async function lookAtCrm(api: Brevo, subject: VerifySubject): Promise<Look> {
  const gone = {
    ownIds: ownContactIds(subject),
    traces: tracesOfSubject(api.context, subject),
    nowMs: api.context.clock.nowMs(),
  }
  const looks: Look[] = []
  for (const place of CRM_PLACES)
    if (!api.options.notInUse.has(place.part)) looks.push(await lookAtPlace(api, subject, { place, gone }))
  looks.push(await lookAtObjects(api, recordsIn(subject.records, 'custom_objects'), gone))
  return { findings: looks.flatMap(({ findings }) => findings), seen: looks.flatMap(({ seen }) => seen) }
}

const NO_ID = 'Brevo shows a file of the person without an id, by which alone it could be deleted; delete it by hand'

async function lookAtPlace(
  api: Brevo,
  { records, others = [] }: VerifySubject,
  { place, gone }: { readonly place: CrmPlace; readonly gone: Gone },
): Promise<Look> {
  const own = recordsIn(records, place.part)
  const listed = new Map<string, JsonObject>()
  for (const id of gone.ownIds)
    for (const record of await listedOn(api, place, id)) listed.set(textAt(record, 'id'), record)
  const passed = new Set(recordsIn([...own, ...others], place.part).map(({ ref }) => ref))
  let live = [...listed.keys()].filter((id) => id !== '' && !passed.has(id)).length
  const nameless = own.filter(({ content }) => textAt(content, 'id') === '').length
  for (const record of own) {
    if (textAt(record.content, 'id') === '') continue
    const now = listed.get(record.ref) ?? (await place.byId(api, record.ref))
    if (now !== undefined && isLeft(place, { record, now }, gone)) live += 1
  }
  if (own.length + live === 0) return { findings: [], seen: [[`${place.part}_by_contact`, listed.size]] }
  const doubt = nameless === 0 ? {} : { unseenBecause: NO_ID }
  const finding: PartFinding = findingOf(place.part, own.length, { live, nowMs: gone.nowMs, ...doubt })
  return {
    findings: [finding],
    seen: [
      [`${place.part}_by_contact`, listed.size],
      [`${place.part}_by_id`, live],
    ],
  }
}

interface Seen {
  readonly record: PlannedRecord
  readonly now: JsonObject
}

/** Whether what is there is still the subject's. */
function isLeft(place: CrmPlace, { record, now }: Seen, { ownIds, traces }: Gone): boolean {
  switch (place.part) {
    case 'files':
      return true
    case 'notes':
      if (!isShared(place, record.content, ownIds)) return true
      return isLinked(place, now, ownIds) || holdsTrace(textAt(now, 'text'), traces)
    case 'tasks':
      if (!isShared(place, record.content, ownIds)) return true
      return isLinked(place, now, ownIds) || Object.keys(redactedTexts(now, ['name', 'notes'], traces)).length > 0
    case 'deals':
    case 'companies':
      return isLinked(place, now, ownIds) || Object.keys(redactedAttributes(now, traces)).length > 0
  }
}

async function lookAtObjects(api: Brevo, records: readonly PlannedRecord[], { nowMs }: Gone): Promise<Look> {
  if (records.length === 0) return { findings: [], seen: [] }
  let live = 0
  for (const { ref } of records) if (await isObjectThere(api, ref)) live += 1
  return { findings: [findingOf('custom_objects', records.length, { live, nowMs })], seen: [['objects_by_id', live]] }
}
