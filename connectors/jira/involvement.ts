import { CERTAIN, objectAt, objectsAt, textAt } from '../../src/connector/index.ts'
import type { Attribution, JsonObject } from '../../src/connector/index.ts'
import { isBlank } from './adf.ts'
import { accountsIn } from './fields.ts'
import type { Fields } from './fields.ts'
import type { Account } from './people.ts'

/** What an issue says about the part that the subject has in it. */
export interface Involvement {
  readonly id: string
  readonly key: string
  readonly issue: JsonObject
  /** Fields of the issue that name the subject; `creator` not among them. */
  readonly roles: readonly string[]
  readonly isCreator: boolean
  readonly isRequest: boolean
  /** A request to the service desk that the subject made. */
  readonly isOwn: boolean
  /** Others take part in it: participants, or a customer organisation. */
  readonly isShared: boolean
  /** Asks for a privacy right itself. */
  readonly isPrivacy: boolean
}

export interface Site {
  readonly fields: Fields
  readonly privacyRequestType: string
}

/** @param own - account ids of the subject. */
export function involvementIn(issue: JsonObject, own: ReadonlySet<string>, site: Site): Involvement {
  const fields = objectAt(issue, 'fields')
  const names = ['reporter', 'assignee', ...site.fields.person, ...site.fields.people, ...site.fields.participants]
  const isNamed = (field: string): boolean => accountsIn(fields[field]).some((id) => own.has(id))
  const isRequest = textAt(fields, 'project', 'projectTypeKey') === 'service_desk'
  const participants = site.fields.participants.flatMap((field) => accountsIn(fields[field]))
  const type = site.fields.requestType.map((field) => textAt(fields, field, 'requestType', 'name'))
  return {
    id: textAt(issue, 'id'),
    key: textAt(issue, 'key'),
    issue,
    roles: names.filter(isNamed),
    isCreator: isNamed('creator'),
    isRequest,
    isOwn: isRequest && isNamed('reporter'),
    isShared:
      participants.some((id) => !own.has(id)) ||
      site.fields.organisations.some((field) => objectsAt(fields, field).length > 0),
    isPrivacy: isRequest && type.includes(site.privacyRequestType),
  }
}

/** Whether a request that stays has been blanked as far as it can be. */
export function isRedacted(issue: JsonObject, { fields }: Site): boolean {
  const content = objectAt(issue, 'fields')
  return ['summary', 'description', 'environment', ...fields.texts].every((field) => isBlank(content[field]))
}

export function isAuthor(entry: JsonObject, own: ReadonlySet<string>): boolean {
  return own.has(textAt(entry, 'author', 'accountId'))
}

/** How sure it is that what an issue says is the subject's: the best of what is known of the accounts that it names. */
export function attributionOf(issue: JsonObject, accounts: readonly Account[]): Attribution {
  const text = JSON.stringify(issue)
  const named = accounts.filter(({ accountId }) => text.includes(JSON.stringify(accountId)))
  const all = (named.length > 0 ? named : accounts).map(({ attribution }) => attribution)
  // Who watches or votes does not stand in the issue: then one doubtful account makes it doubtful.
  const doubt = all.find(({ kind }) => kind === 'candidate')
  return named.length > 0 && all.some(({ kind }) => kind === 'certain') ? CERTAIN : (doubt ?? CERTAIN)
}
