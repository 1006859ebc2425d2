import {
  BatchInputSimplePublicObjectBatchInput,
  SimplePublicObjectBatchInput,
} from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { DONE, recordsIn, REFUSED, UNKNOWN } from '../../src/connector/index.ts'
import type {
  EffectAnswer,
  EffectMember,
  JsonValue,
  KeyedAnswer,
  PlannedRecord,
  ReadBackAnswer,
} from '../../src/connector/index.ts'
import { list, present, writing } from './answers.ts'
import type { HubSpot } from './client.ts'
import { readObjects } from './objects.ts'
import { sdkModel } from './sdk-model.ts'

/** A contact's properties as HubSpot shows them; null and '' both mean that a property is empty. */
export type Properties = Readonly<Record<string, string | null>>

/** A wish that is met by changing properties of a contact. */
export interface ContactChange {
  /** Properties that have to be read to judge. */
  readonly reads: (details: JsonValue) => readonly string[]
  /** What has to be set so that the contact is as wanted; empty = it is. */
  readonly changeOf: (now: Properties, details: JsonValue) => Readonly<Record<string, string>>
}

/** Reads the contacts as they are now and changes those that are not as wanted, all in one call. */
export async function changeContacts(
  api: HubSpot,
  change: ContactChange,
  members: readonly EffectMember[],
): Promise<readonly KeyedAnswer<EffectAnswer>[]> {
  const now = await contactsNow(api, change, members)
  const wanted = new Map<string, Readonly<Record<string, string>>>()
  for (const member of members) {
    const properties = now.get(member.target)
    const some = properties === undefined ? {} : change.changeOf(properties, detailsOf(member))
    if (Object.keys(some).length > 0) wanted.set(member.target, { ...wanted.get(member.target), ...some })
  }
  const answer = wanted.size === 0 ? undefined : await update(api, wanted)
  return members.map((member) => ({ key: member.key, answer: answerFor(member) }))

  function answerFor(member: EffectMember): EffectAnswer {
    // There is nothing left to change; verification says that the contact is gone.
    if (!now.has(member.target)) return REFUSED
    if (!wanted.has(member.target)) return { kind: 'already' }
    if (answer === undefined) return wanted.size > 1 ? { kind: 'split' } : REFUSED
    const after = answer.get(member.target)
    if (after === undefined) return REFUSED
    return Object.keys(change.changeOf(after, detailsOf(member))).length === 0 ? DONE : UNKNOWN
  }
}

/** The changed contacts as the answer shows them; undefined when HubSpot refused the whole batch. */
async function update(
  api: HubSpot,
  wanted: ReadonlyMap<string, Readonly<Record<string, string>>>,
): Promise<ReadonlyMap<string, Properties> | undefined> {
  const inputs = [...wanted].map(([id, properties]) => sdkModel(SimplePublicObjectBatchInput, { id, properties }))
  const written = await writing(async () => {
    const batch = sdkModel(BatchInputSimplePublicObjectBatchInput, { inputs })
    const results = list(present(await api.objects.update('contacts', batch)).results)
    return new Map(results.map(({ id, properties }) => [id, present(properties)] as const))
  })
  return written.kind === 'answered' ? written.answer : undefined
}

/** Whether the contacts are as wanted now. A contact that is gone is not. */
export async function lookAtChanges(
  api: HubSpot,
  change: ContactChange,
  members: readonly EffectMember[],
): Promise<readonly KeyedAnswer<ReadBackAnswer>[]> {
  const now = await contactsNow(api, change, members)
  return members.map((member) => {
    const properties = now.get(member.target)
    const isDone = properties !== undefined && Object.keys(change.changeOf(properties, detailsOf(member))).length === 0
    return { key: member.key, answer: { kind: isDone ? 'happened' : 'not_happened' } }
  })
}

async function contactsNow(
  api: HubSpot,
  change: ContactChange,
  members: readonly EffectMember[],
): Promise<ReadonlyMap<string, Properties>> {
  const properties = [...new Set(members.flatMap((member) => change.reads(detailsOf(member))))]
  return readContacts(api, { ids: members.map(({ target }) => target), properties })
}

/** Contacts that are in use, with some properties, by the id under which they were asked for or that they have now. */
export async function readContacts(
  api: HubSpot,
  { ids, properties }: { readonly ids: readonly string[]; readonly properties: readonly string[] },
): Promise<ReadonlyMap<string, Properties>> {
  const found = await readObjects(api, { type: 'contacts', ids, properties })
  return new Map(found.map((object) => [object.id, object.properties] as const))
}

function detailsOf({ details }: EffectMember): JsonValue {
  return details ?? null
}

/** The plan's contacts that are in use; what lies in the recycle bin cannot be changed. */
export function contactsInUse(records: readonly PlannedRecord[]): readonly PlannedRecord[] {
  return recordsIn(records, 'contact').filter(
    ({ content }) =>
      !(typeof content === 'object' && content !== null && 'archived' in content && content.archived === true),
  )
}
