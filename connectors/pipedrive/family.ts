import { textAt } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonObject, Search } from '../../src/connector/index.ts'
import type { Pipedrive } from './client.ts'
import { contentOf, identifiersOf, msAt } from './mapping.ts'
import type { FoundPerson } from './people.ts'

/** One person's surroundings while what hangs on it is read. */
export interface Family {
  readonly api: Pipedrive
  readonly parent: FoundPerson
  readonly right: Search['right']
  /** Ids of every person that is certainly the subject, and of the parent. */
  readonly ownIds: ReadonlySet<string>
  readonly ownEmails: ReadonlySet<string>
  /** The user behind the credential. */
  readonly userId: string
}

/** What the verbs need to know about a record besides what Pipedrive said. */
export interface Kinship {
  readonly part: string
  readonly ref: string
  readonly parentRef?: string
  readonly attribution?: Attribution
  readonly label?: string
  readonly more?: JsonObject
}

export function familyOf(
  api: Pipedrive,
  people: readonly FoundPerson[],
  { right, userId }: Pick<Family, 'right' | 'userId'>,
): readonly Family[] {
  const certain = people.filter(({ attribution }) => attribution.kind === 'certain')
  return people.map((parent) => {
    const own = parent.attribution.kind === 'certain' ? certain : [parent]
    return {
      api,
      parent,
      right,
      userId,
      ownIds: new Set(own.map(({ id }) => id)),
      ownEmails: new Set(own.flatMap(({ person }) => identifiersOf(person, 'email'))),
    }
  })
}

/** A found record in the kit's words. Soft deletion says no date: when we read it bounds when it was deleted. */
export function recordOf({ api, parent }: Family, from: JsonObject, kinship: Kinship): FoundRecord {
  const { part, ref, attribution = parent.attribution, label, more = {} } = kinship
  const createdAtMs = msAt(from, 'add_time')
  const readAt = new Date(api.context.clock.nowMs()).toISOString()
  return {
    part,
    ref,
    ...(part === 'person' ? {} : { parentRef: kinship.parentRef ?? parent.id }),
    attribution,
    content: contentOf(from, { ...more, read_at: readAt }),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    learned: part === 'person' ? parent.learned : [],
    ...(label === undefined ? {} : { label }),
  }
}

export function business({ parent }: Family): Attribution {
  return parent.attribution.kind === 'certain' ? { kind: 'candidate', reason: 'business_record' } : parent.attribution
}

/** What others share and cannot be blanked, only deleted as a whole: a person decides. */
export function sharedWhole({ parent }: Family, isShared: boolean): Attribution {
  return isShared && parent.attribution.kind === 'certain'
    ? { kind: 'candidate', reason: 'shared_record' }
    : parent.attribution
}

/** Erasure blanks the subject's traces in what others share; to show it would disclose them. */
export function sharedBlankable(family: Family, isShared: boolean): Attribution {
  return family.right === 'erasure' ? family.parent.attribution : sharedWhole(family, isShared)
}

/** A line by which a person can tell two candidates apart. */
export function labelOf(person: JsonObject): string {
  const created = textAt(person, 'add_time').slice(0, 10)
  return `${textAt(person, 'name')}${created === '' ? '' : `, created ${created}`}`
}
