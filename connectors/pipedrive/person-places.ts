import { expectObject, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { allUnlessGone, pagesOfV2, readingOrAbsent } from './answers.ts'
import type { Pipedrive } from './client.ts'
import { business, labelOf, recordOf } from './family.ts'
import type { Family } from './family.ts'
import { countAt, numberOf } from './mapping.ts'
import { optionsOf } from './options.ts'

const PER_PAGE = 500

/** The person itself, and what can be read only by its id. */
export async function* findOnPerson(family: Family): AsyncGenerator<FoundRecord, void, undefined> {
  const { api, parent, userId } = family
  const { notInUse } = optionsOf(api.context)
  const { person, id } = parent
  yield recordOf(family, person, {
    part: 'person',
    ref: id,
    label: labelOf(person),
    // An empty answer proves something only when the same user could see the person before.
    more: { read_by_user_id: userId },
  })
  if (textAt(person, 'picture_id') !== '' && !notInUse.has('picture')) {
    const picture = await readPicture(api, id)
    if (picture !== undefined)
      yield recordOf(family, picture, { part: 'picture', ref: textAt(picture, 'id'), label: 'picture' })
  }
  const status = textAt(person, 'marketing_status')
  if (status !== '')
    yield recordOf(
      family,
      { marketing_status: status, doi_status: person.doi_status ?? null },
      { part: 'marketing_status', ref: id },
    )
  if (countAt(person, 'followers_count') > 0 && !notInUse.has('followers')) yield* followers(family)
  if (!notInUse.has('changelog')) yield* changelog(family)
  if (!notInUse.has('organisation')) yield* organisation(family)
}

/** Facts of the picture without its addresses; undefined when there is none. */
export async function readPicture(api: Pipedrive, personId: string): Promise<JsonObject | undefined> {
  const answer = await readingOrAbsent(() => api.persons.getPersonPicture({ id: numberOf(personId) }))
  // A person without a picture is answered with none or with 404.
  return answer === undefined || answer.data === null ? undefined : expectObject(answer.data)
}

/** Earlier values of the person's fields. This list of version 1 has the cursors of version 2. */
export async function readChangelog(api: Pipedrive, personId: string): Promise<readonly JsonObject[] | undefined> {
  const id = numberOf(personId)
  return allUnlessGone((read) =>
    pagesOfV2((cursor) => api.personsV1.getPersonChangelog({ id, limit: PER_PAGE, ...cursor }), read),
  )
}

async function* changelog(family: Family): AsyncGenerator<FoundRecord, void, undefined> {
  const changes = await readChangelog(family.api, family.parent.id)
  if (changes !== undefined && changes.length > 0)
    yield recordOf(family, { changes }, { part: 'changelog', ref: family.parent.id })
}

async function* followers(family: Family): AsyncGenerator<FoundRecord, void, undefined> {
  const { api, parent } = family
  const users: JsonObject[] = []
  for await (const user of pagesOfV2((cursor) =>
    api.persons.getPersonFollowers({ id: numberOf(parent.id), limit: PER_PAGE, ...cursor }),
  ))
    users.push(user)
  if (users.length > 0) yield recordOf(family, { users }, { part: 'followers', ref: parent.id })
}

async function* organisation(family: Family): AsyncGenerator<FoundRecord, void, undefined> {
  const { api, parent } = family
  const id = textAt(parent.person, 'org_id')
  if (id === '') return
  const company = await readOrganisation(api, id)
  if (company === undefined) return
  const label = textAt(company, 'name')
  yield recordOf(family, company, { part: 'organisation', ref: id, attribution: business(family), label })
}

export async function readOrganisation(api: Pipedrive, id: string): Promise<JsonObject | undefined> {
  const answer = await readingOrAbsent(() => api.organizations.getOrganization({ id: numberOf(id) }))
  return answer === undefined ? undefined : expectObject(answer.data)
}
