import { holdsTrace, objectAt, objectsAt, textAt } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonObject, JsonValue } from '../../src/connector/index.ts'
import { mentionedIn, textsWithin, wordsOf } from './adf.ts'
import { readingObject } from './answers.ts'
import { historyOf } from './history.ts'
import { pairOf } from './ids.ts'
import { attributionOf, isAuthor, isRedacted } from './involvement.ts'
import type { Involvement } from './involvement.ts'
import { commentsOf, worklogsOf } from './issues.ts'
import { findOnRequest } from './request-places.ts'
import { recordOf } from './record.ts'
import type { Kinship, Survey } from './record.ts'
import { without } from './tidy.ts'

/** An issue with the subject's part in it and its history. */
export interface IssueSeen extends Involvement {
  readonly history: readonly JsonObject[]
}

/** An issue while what hangs on it is read. */
export interface IssueLook extends IssueSeen {
  readonly survey: Survey
  readonly comments: readonly JsonObject[]
  readonly worklogs: readonly JsonObject[]
  /** Of the issue and of what hangs on it. */
  readonly attribution: Attribution
  /** Everything on it is the subject's: an own request in which nobody else takes part. */
  readonly isWholly: boolean
}

type Found = AsyncGenerator<FoundRecord, void, undefined>

export async function* findInIssue(survey: Survey, seen: IssueSeen): Found {
  const { api, own } = survey
  // A request that was blanked names somebody else now; its comments and files are still the subject's.
  const isOwn = seen.isOwn || survey.ownRequests.has(seen.id)
  const comments = await commentsOf(api, seen.issue)
  const worklogs = await worklogsOf(api, seen.issue)
  const base = { ...seen, isOwn, survey, comments, worklogs }
  const look: IssueLook = {
    ...base,
    attribution: worthOf(base),
    isWholly: isOwn && !seen.isShared,
  }
  if (seen.isPrivacy) return yield* privacyRequest(look)
  if (isOwn) yield* ownRequest(look)
  else yield* partInOthers(look)
  if (!look.isWholly) yield* mentions(look)
  yield* people(look)
  if (seen.isCreator) yield recordOf(survey, brief(look), { ...lone(look), part: 'creators', ref: look.id })
  const history = historyOf(look, own, survey.traces)
  if (history.length > 0)
    yield recordOf(survey, { ...brief(look), history }, { ...lone(look), part: 'changelog', ref: look.id })
}

/** Erasure blanks the subject's share of what others take part in; to show it would disclose them. */
function worthOf({ issue, isOwn, isShared, survey }: Omit<IssueLook, 'attribution' | 'isWholly'>): Attribution {
  const worth = attributionOf(issue, survey.accounts)
  if (worth.kind === 'candidate') return worth
  if (!isOwn) return { kind: 'candidate', reason: 'business_record' }
  return isShared && survey.search.right !== 'erasure' ? { kind: 'candidate', reason: 'shared_record' } : worth
}

async function* privacyRequest(look: IssueLook): Found {
  await Promise.resolve()
  if (!look.isOwn && look.roles.length === 0) return
  const comments = look.comments.map((comment) => ({
    created: textAt(comment, 'created'),
    text: wordsOf(comment.body),
  }))
  yield recordOf(look.survey, contentOf(look), {
    part: 'privacy_requests',
    ref: look.id,
    attribution: look.attribution,
    label: labelOf(look),
    more: { comments },
  })
}

async function* ownRequest(look: IssueLook): Found {
  const { survey, id, issue } = look
  if (!survey.ownRequests.has(id) || look.roles.includes('reporter') || !isRedacted(issue, survey.site))
    yield recordOf(survey, contentOf(look), {
      part: 'requests',
      ref: id,
      attribution: look.attribution,
      label: labelOf(look),
      more: { is_shared: look.isShared },
    })
  yield* writtenOn(look)
  yield* findOnRequest(look)
}

/** Where the subject has a part in somebody else's issue; what the subject wrote hangs on that. */
async function* partInOthers(look: IssueLook): Found {
  const written: FoundRecord[] = []
  for await (const record of writtenOn(look)) written.push(record)
  if (look.roles.length === 0 && written.length === 0) return
  yield recordOf(look.survey, brief(look), {
    part: 'issues_of_others',
    ref: look.id,
    attribution: look.attribution,
    label: look.key,
    more: { roles: look.roles },
  })
  yield* written
}

/** Comments, work and files: all of a request that is wholly the subject's, else what the subject wrote. */
async function* writtenOn(look: IssueLook): Found {
  await Promise.resolve()
  const { survey, id, isWholly } = look
  const isTheirs = (entry: JsonObject): boolean => isWholly || isAuthor(entry, survey.own)
  const child = { parentRef: id, attribution: look.attribution }
  for (const comment of look.comments.filter(isTheirs))
    yield recordOf(survey, comment, { ...child, part: 'comments', ref: pairOf(id, textAt(comment, 'id')) })
  for (const worklog of look.worklogs.filter(isTheirs))
    yield recordOf(survey, worklog, { ...child, part: 'worklogs', ref: pairOf(id, textAt(worklog, 'id')) })
  for (const file of objectsAt(look.issue, 'fields', 'attachment').filter(isTheirs)) {
    // The address of the bytes is left out; the export opens them by the file's number.
    yield recordOf(survey, without(file, 'content'), { ...child, part: 'attachments', ref: textAt(file, 'id') })
  }
}

/** Who watches and who voted stands beside the issue. */
async function* people(look: IssueLook): Found {
  const { survey, id, issue } = look
  const { api, own, accounts } = survey
  const fields = objectAt(issue, 'fields')
  const isOne = (part: string, count: string): boolean =>
    !api.options.notInUse.has(part) && textAt(fields, part, count) !== '0'
  const worth = (accountId: string): Kinship['attribution'] =>
    accounts.find((account) => account.accountId === accountId)?.attribution ?? { kind: 'certain' }
  if (isOne('watches', 'watchCount')) {
    const found = await readingObject(() => api.cloud.issueWatchers.getIssueWatchers({ issueIdOrKey: id }))
    for (const user of objectsAt(found, 'watchers')) {
      const accountId = textAt(user, 'accountId')
      if (own.has(accountId))
        yield recordOf(survey, brief(look), {
          part: 'watches',
          ref: pairOf(id, accountId),
          attribution: worth(accountId),
        })
    }
  }
  if (isOne('votes', 'votes')) {
    const found = await readingObject(() => api.cloud.issueVotes.getVotes({ issueIdOrKey: id }))
    for (const user of objectsAt(found, 'voters')) {
      const accountId = textAt(user, 'accountId')
      if (own.has(accountId))
        yield recordOf(survey, brief(look), {
          part: 'votes',
          ref: pairOf(id, accountId),
          attribution: worth(accountId),
        })
    }
  }
}

/** Places in others' texts that name or mention the subject, with a link; the texts themselves are other people's. */
async function* mentions(look: IssueLook): Found {
  await Promise.resolve()
  const { survey, issue, isOwn } = look
  const fields = objectAt(issue, 'fields')
  const texts = survey.site.fields.texts
  const places = [
    // What the subject wrote names the subject; that is no mention.
    ...(isOwn ? [] : ['summary', 'description', 'environment', ...texts].map((name) => [name, fields[name]] as const)),
    ...look.comments
      .filter((comment) => !isAuthor(comment, survey.own))
      .map((comment) => [`comment ${textAt(comment, 'id')}`, comment.body] as const),
  ]
  const where = places.filter(([, value]) => isNaming(survey, value)).map(([name]) => name)
  if (where.length === 0) return
  yield recordOf(survey, brief(look), {
    ...lone(look),
    part: 'mentions',
    ref: look.id,
    attribution: { kind: 'candidate', reason: 'business_record' },
    label: look.key,
    more: { where },
  })
}

function isNaming({ own, traces }: Survey, value: JsonValue | undefined): boolean {
  if (mentionedIn(value).some((id) => own.has(id))) return true
  // Words apart may stand in different pieces of one text.
  return holdsTrace(wordsOf(value), traces) || textsWithin(value).some((text) => holdsTrace(text, traces))
}

/** What is told of an issue that others share: where it is, not what it says. */
export function brief({ survey, id, key }: Pick<IssueLook, 'survey' | 'id' | 'key'>): JsonObject {
  return { id, key, link: `${survey.api.context.account.baseUrl.replace(/\/$/, '')}/browse/${key}` }
}

/** Fields with lists of their own, and what Jira counts for itself. */
const APART = ['comment', 'attachment', 'worklog', 'watches', 'votes', 'timetracking', 'workratio', 'lastViewed']

function contentOf(look: IssueLook): JsonObject {
  const fields = Object.entries(objectAt(look.issue, 'fields')).filter(([name]) => !APART.includes(name))
  const { created } = objectAt(look.issue, 'fields')
  return { ...brief(look), ...(created === undefined ? {} : { created }), fields: Object.fromEntries(fields) }
}

function lone({ attribution }: IssueLook): Pick<Kinship, 'attribution'> {
  return { attribution }
}

function labelOf({ key, issue }: IssueLook): string {
  return `${key} ${textAt(issue, 'fields', 'summary')}`
}
