import { isJsonList, isJsonObject, objectsAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { cursorPage, refuse } from './replies.ts'
import type { Desk } from './state.ts'

/** How a field of a record is read; undefined = the field cannot be searched. */
export type FieldOf = (record: JsonObject, field: string) => readonly string[] | undefined

export interface Searched {
  readonly type: string
  readonly name: string
  readonly records: readonly JsonObject[]
  readonly fieldOf: FieldOf
  readonly perPage: number
}

const MOST_FILTERS = 15

/** `POST …/search`: `=`, `IN`, `AND` and `OR`, two levels deep. */
export function search(desk: Desk, request: SandboxRequest, { type, name, records, fieldOf, perPage }: Searched) {
  const body = bodyOf(request)
  const matches = compile(desk, body?.query, { fieldOf, depth: 0 })
  if (typeof matches === 'string') return refuse(400, 'parameter_invalid', matches)
  const asked = Number(textAt(body?.pagination, 'per_page') || perPage)
  if (asked > 150) return refuse(400, 'parameter_invalid', 'per_page is too large')
  return cursorPage(desk, textAt(body?.pagination, 'starting_after'), {
    type,
    name,
    all: records.filter(matches),
    perPage: asked,
  }) satisfies SandboxReply
}

type Matches = (record: JsonObject) => boolean

interface Level {
  readonly fieldOf: FieldOf
  readonly depth: number
}

/** The filter as a function, or what is wrong with it. */
function compile(desk: Desk, query: JsonValue | undefined, { fieldOf, depth }: Level): Matches | string {
  if (!isJsonObject(query)) return 'query is missing'
  const { operator, value } = query
  if (operator === 'AND' || operator === 'OR') {
    if (depth >= 2) return 'too deep'
    const filters = objectsAt(value).map((one) => compile(desk, one, { fieldOf, depth: depth + 1 }))
    if (filters.length === 0 || filters.length > MOST_FILTERS) return 'too many or no filters'
    const wrong = filters.find((one) => typeof one === 'string')
    if (wrong !== undefined) return wrong
    const all = filters.filter((one) => typeof one === 'function')
    return (record) => (operator === 'AND' ? all.every((one) => one(record)) : all.some((one) => one(record)))
  }
  return compileOne(desk, query, fieldOf)
}

function compileOne(desk: Desk, { field, operator, value }: JsonObject, fieldOf: FieldOf): Matches | string {
  if (typeof field !== 'string' || fieldOf({}, field) === undefined) return 'field is not searchable'
  const wanted = operator === 'IN' && isJsonList(value) ? value : operator === '=' ? [value] : undefined
  if (wanted === undefined) return 'operator is not supported'
  if (wanted.length === 0 || wanted.length > Number(desk.switches.get('in_max'))) return 'the list is too long or empty'
  return (record) => (fieldOf(record, field) ?? []).some((one) => wanted.includes(one))
}
