import { holdsTrace, isAt, textsAt, tracesIn } from '../../src/connector/index.ts'
import type { Context, EffectCall, EffectMember, KeyedAnswer, ReadBackAnswer } from '../../src/connector/index.ts'
import { openClient } from './client.ts'
import type { HubSpot } from './client.ts'
import { askControl } from './control.ts'
import { stepOf } from './erase-calls.ts'
import { fileFacts } from './files.ts'
import { objectType } from './object-types.ts'
import { readLinks, readObjects } from './objects.ts'
import { isOptedOut } from './opt-out.ts'
import { threadState } from './threads.ts'

/** Looks whether the effects of a call happened: by reading, beside a positive control, for the whole call at once. */
export async function lookAtErasure(
  context: Context,
  call: EffectCall,
): Promise<readonly KeyedAnswer<ReadBackAnswer>[]> {
  const api = openClient(context)
  await askControl(api)
  const left = await stillThere(api, call)
  return call.members.map(({ key }) => ({ key, answer: { kind: left.has(key) ? 'not_happened' : 'happened' } }))
}

/** Keys of the members whose effect is not to be seen. */
async function stillThere(api: HubSpot, { step, members }: EffectCall): Promise<ReadonlySet<string>> {
  const [verb, type] = stepOf(step)
  switch (verb) {
    case 'unsubscribe':
      return keysOf(members, async (member) => !(await isOptedOut(api, member.details)))
    case 'delete_file':
      return keysOf(members, async ({ target }) => (await fileFacts(api, target)) !== undefined)
    case 'delete_thread':
      return keysOf(members, async ({ target }) => (await threadState(api, target)) === 'live')
    case 'purge_contact':
      return keysOf(members, (member) => isContactThere(api, member))
    case 'archive':
      return membersAmong(members, await liveIds(api, type, members))
    case 'redact':
      return stillNaming(api, type, members)
    case 'unlink':
      return stillLinked(api, type, members)
  }
}

async function keysOf(
  members: readonly EffectMember[],
  isLeft: (member: EffectMember) => Promise<boolean>,
): Promise<ReadonlySet<string>> {
  const left = new Set<string>()
  for (const member of members) if (await isLeft(member)) left.add(member.key)
  return left
}

function membersAmong(members: readonly EffectMember[], ids: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(members.filter(({ target }) => ids.has(target)).map(({ key }) => key))
}

async function liveIds(api: HubSpot, type: string, members: readonly EffectMember[]): Promise<ReadonlySet<string>> {
  const ids = members.map(({ target }) => target)
  return new Set((await readObjects(api, { type, ids, properties: [] })).map(({ id }) => id))
}

/** A contact that lay in the recycle bin before is looked for there; another one must be out of sight. */
async function isContactThere(api: HubSpot, { target, details }: EffectMember): Promise<boolean> {
  const isArchived = isAt(details ?? null, 'isArchived')
  const found = await readObjects(api, { type: 'contacts', ids: [target], properties: ['email'], isArchived })
  return found.length > 0
}

async function stillNaming(api: HubSpot, type: string, members: readonly EffectMember[]): Promise<ReadonlySet<string>> {
  const texts = objectType(type)?.texts ?? []
  const objects = await readObjects(api, { type, ids: members.map(({ target }) => target), properties: texts })
  return new Set(
    members
      .filter(({ target, details }) =>
        objects.some(
          ({ id, properties }) =>
            id === target && texts.some((name) => holdsTrace(properties[name] ?? '', tracesIn(details))),
        ),
      )
      .map(({ key }) => key),
  )
}

async function stillLinked(api: HubSpot, type: string, members: readonly EffectMember[]): Promise<ReadonlySet<string>> {
  const links = await readLinks(api, { from: type, to: 'contacts', ids: members.map(({ target }) => target) })
  return new Set(
    members
      .filter(({ target, details }) => {
        const contacts = textsAt(details ?? null, 'contacts')
        return (links.get(target) ?? []).some((id) => contacts.includes(id))
      })
      .map(({ key }) => key),
  )
}
