import { tracesOf } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, Identifier, JsonObject, Search, Traces } from '../../src/connector/index.ts'
import type { Jira } from './client.ts'
import type { Self } from './control.ts'
import type { Site } from './involvement.ts'
import type { Account } from './people.ts'
import { createdAt, tidyObject } from './tidy.ts'

/** One look over everything that the site holds on the subject. */
export interface Survey {
  readonly api: Jira
  readonly search: Search
  readonly self: Self
  readonly site: Site
  readonly accounts: readonly Account[]
  /** Account ids of the subject, doubtful ones among them. */
  readonly own: ReadonlySet<string>
  readonly traces: Traces
  /** Requests that were the subject's when the plan was made, although somebody else may be their reporter now. */
  readonly ownRequests: ReadonlySet<string>
}

/** What names the subject in free text. Names alone would find half the country. */
export function tracesIn(identifiers: readonly Identifier[]): Traces {
  const valuesOf = (kind: Identifier['kind']): readonly string[] =>
    identifiers.filter((one) => one.kind === kind).map(({ value }) => value)
  return tracesOf({ emails: valuesOf('email'), phones: valuesOf('phone'), names: valuesOf('external_id') })
}

/** What the verbs need to know about a record besides what Jira said. */
export interface Kinship {
  readonly part: string
  readonly ref: string
  readonly parentRef?: string
  readonly attribution: Attribution
  readonly label?: string
  readonly more?: JsonObject
  /** Member of the record that holds its instant. */
  readonly created?: string
}

export function recordOf({ own }: Pick<Survey, 'own'>, from: JsonObject, kinship: Kinship): FoundRecord {
  const { part, ref, parentRef, attribution, label, more = {}, created } = kinship
  return {
    part,
    ref,
    ...(parentRef === undefined ? {} : { parentRef }),
    attribution,
    content: { ...tidyObject(from, own), ...more },
    ...createdAt(from, created),
    learned: [],
    ...(label === undefined ? {} : { label }),
  }
}
