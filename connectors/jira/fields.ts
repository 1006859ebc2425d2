import { objectsAt, textAt } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'
import { entriesOf, reading } from './answers.ts'
import type { Jira } from './client.ts'

/** The site's custom fields by what they mean here. Names are translated and renamed; kinds are not. */
export interface Fields {
  /** One person. */
  readonly person: readonly string[]
  /** Several people; `participants` not among them. */
  readonly people: readonly string[]
  /** Participants of a request. */
  readonly participants: readonly string[]
  readonly organisations: readonly string[]
  readonly requestType: readonly string[]
  readonly texts: readonly string[]
}

const PARTICIPANTS = 'com.atlassian.servicedesk:sd-request-participants'
const ORGANISATIONS = 'com.atlassian.servicedesk:sd-customer-organizations'
const REQUEST_TYPE = 'com.atlassian.servicedesk:vp-origin'

export async function readFields(api: Jira): Promise<Fields> {
  const custom = entriesOf(await reading(() => api.cloud.issueFields.getFields())).filter(
    ({ custom }) => custom === true,
  )
  const ids = (isWanted: (schema: JsonObject, kind: string) => boolean): readonly string[] =>
    custom.flatMap((field) => {
      const schema = field.schema
      if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return []
      return isWanted(schema as JsonObject, textAt(field, 'schema', 'custom')) ? [textAt(field, 'id')] : []
    })
  return {
    person: ids(({ type }) => type === 'user'),
    people: ids(({ items }, kind) => items === 'user' && kind !== PARTICIPANTS),
    participants: ids((_, kind) => kind === PARTICIPANTS),
    organisations: ids((_, kind) => kind === ORGANISATIONS),
    requestType: ids((_, kind) => kind === REQUEST_TYPE),
    texts: ids(({ type }, kind) => type === 'string' && kind !== REQUEST_TYPE),
  }
}

/** Account ids that a field of an issue holds. */
export function accountsIn(value: JsonValue | undefined): readonly string[] {
  const one = textAt(value, 'accountId')
  return one === '' ? objectsAt({ all: value ?? null }, 'all').map((user) => textAt(user, 'accountId')) : [one]
}
