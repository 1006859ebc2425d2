import { ALREADY, expectObject, happenedIf, isJsonObject, objectsAt, textAt } from '../../src/connector/index.ts'
import type { EffectAnswer, EffectMember, JsonObject, SingleStep } from '../../src/connector/index.ts'
import { blankDoc, isBlank } from './adf.ts'
import { all, deskPages, entriesOf, readingUnless, writing } from './answers.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { accountsIn, readFields } from './fields.ts'
import { accountIn, halvesOf, nameIn, numberIn } from './ids.ts'
import { fetchIssues } from './issues.ts'
import { customersLike, readAccount } from './people.ts'
import { redactionIn, redactionOf } from './redaction.ts'
import { propertyNames } from './request-places.ts'
import { refusalOf, settled } from './settle.ts'
import type { ErasureStep } from './steps.ts'

type Step = SingleStep<Jira>

const EXPERIMENTAL = { 'X-ExperimentalApi': 'opt-in' }
const PER_PAGE = 50

/** A step whose read back looks for something by its own id: gone is happened. Between two controls. */
function removing(
  remove: (api: Jira, target: string) => Promise<EffectAnswer>,
  isThere: (api: Jira, target: string) => Promise<boolean>,
): Step {
  return {
    async perform(api, { target }) {
      const answer = await remove(api, target)
      const isRefused = answer.kind === 'rejected' && answer.code === 'VENDOR_REFUSED'
      // Some calls answer 400 for what is no longer there.
      return isRefused && !(await isThere(api, target)) ? ALREADY : answer
    },
    readBack: (api, { target }) => looked(api, async () => !(await isThere(api, target))),
  }
}

async function looked(api: Jira, look: () => Promise<boolean>) {
  const self = await askSelf(api)
  const hasHappened = await look()
  await askSelf(api, self)
  return happenedIf(hasHappened)
}

function commentAt(ref: string): { readonly issueIdOrKey: string; readonly id: string } {
  const [issue, id] = halvesOf(ref)
  return { issueIdOrKey: numberIn(issue), id: numberIn(id) }
}

async function commentNow(api: Jira, ref: string): Promise<JsonObject | undefined> {
  const found = await readingUnless(() => api.cloud.issueComments.getComment(commentAt(ref)))
  return found === undefined ? undefined : expectObject(found)
}

const blankComment: Step = {
  perform: (api, { target }) =>
    settled(api, () =>
      api.cloud.issueComments.updateComment({ ...commentAt(target), notifyUsers: false, body: { body: blankDoc() } }),
    ),
  readBack: (api, { target }) =>
    looked(api, async () => {
      const comment = await commentNow(api, target)
      return comment === undefined || isBlank(comment.body)
    }),
}

/** Changes what is still there of the person; a request that is as wanted, or gone, is left alone. */
const redactIssue: Step = {
  async perform(api, member) {
    const change = await changeFor(api, member)
    if (change === undefined) {
      await askSelf(api)
      return ALREADY
    }
    return settled(api, () =>
      api.cloud.issues.editIssue({ issueIdOrKey: numberIn(member.target), notifyUsers: false, fields: change }),
    )
  },
  readBack: (api, member) => looked(api, async () => (await changeFor(api, member)) === undefined),
}

async function changeFor(api: Jira, { target, details }: EffectMember): Promise<JsonObject | undefined> {
  const issue = (await fetchIssues(api, [target])).get(target)
  return issue === undefined ? undefined : redactionOf(issue, await readFields(api), redactionIn(details))
}

/** Participants are taken out by the service desk's own call; an issue without any is left alone. */
const leaveRequest: Step = {
  async perform(api, member) {
    const accountIds = await participating(api, member)
    if (accountIds.length === 0) {
      await askSelf(api)
      return ALREADY
    }
    const written = await writing(() =>
      api.desk.request.removeRequestParticipants({
        issueIdOrKey: numberIn(member.target),
        accountIds: [...accountIds],
      }),
    )
    if (written.kind === 'answered') return { kind: 'done' }
    // 400 says "no participant" as well as "is the reporter".
    if (written.status === 400 && (await participating(api, member)).length === 0) return ALREADY
    return refusalOf(api, written.status)
  },
  readBack: (api, member) => looked(api, async () => (await participating(api, member)).length === 0),
}

async function participating(api: Jira, { target, details }: EffectMember): Promise<readonly string[]> {
  const issue = (await fetchIssues(api, [target])).get(target)
  if (issue === undefined) return []
  const { own } = redactionIn(details)
  const { participants } = await readFields(api)
  const fields = isJsonObject(issue.fields) ? issue.fields : {}
  return participants.flatMap((field) => accountsIn(fields[field])).filter((id) => own.has(id))
}

async function remove(api: Jira, path: string, accountId: string): Promise<EffectAnswer> {
  return settled(api, () =>
    api.raw({ method: 'DELETE', path, body: { accountIds: [accountIn(accountId)] }, headers: EXPERIMENTAL }),
  )
}

const unwatch = removing(
  (api, target) => {
    const [issue, accountId] = halvesOf(target)
    return settled(api, () =>
      api.cloud.issueWatchers.removeWatcher({ issueIdOrKey: numberIn(issue), accountId: accountIn(accountId) }),
    )
  },
  async (api, target) => {
    const [issue, accountId] = halvesOf(target)
    const found = await readingUnless(() => api.cloud.issueWatchers.getIssueWatchers({ issueIdOrKey: numberIn(issue) }))
    return objectsAt(found, 'watchers').some((user) => textAt(user, 'accountId') === accountId)
  },
)

const leaveGroup = removing(
  (api, target) => {
    const [groupId, accountId] = halvesOf(target)
    return settled(api, () => api.cloud.groups.removeUserFromGroup({ groupId, accountId: accountIn(accountId) }))
  },
  async (api, target) => {
    const [groupId, accountId] = halvesOf(target)
    const found = await readingUnless(() => api.cloud.users.getUserGroups({ accountId: accountIn(accountId) }))
    return found !== undefined && entriesOf(found).some((group) => textAt(group, 'groupId') === groupId)
  },
)

const leaveOrganisation = removing(
  (api, target) => {
    const [id, accountId] = halvesOf(target)
    return settled(api, () =>
      api.desk.organization.removeUsersFromOrganization({
        organizationId: Number(numberIn(id)),
        body: { accountIds: [accountIn(accountId)] },
      }),
    )
  },
  async (api, target) => {
    const [id, accountId] = halvesOf(target)
    if ((await readAccount(api, accountId)) === undefined) return false
    const list = deskPages((start) =>
      api.desk.organization.getOrganizations({ accountId: accountIn(accountId), start, limit: PER_PAGE }),
    )
    return (await all(list)).some((one) => textAt(one, 'id') === id)
  },
)

/** The SDK lost these experimental calls in version 6. */
const leaveDesk = removing(
  (api, target) => {
    const [desk, accountId] = halvesOf(target)
    return remove(api, `/rest/servicedeskapi/servicedesk/${numberIn(desk)}/customer`, accountId)
  },
  async (api, target) => {
    const [desk, accountId] = halvesOf(target)
    const email = textAt(await readAccount(api, accountId), 'emailAddress')
    const list = customersLike(api, desk, email)
    return (await all(list)).some((customer) => textAt(customer, 'accountId') === accountId)
  },
)

export const STEPS: Readonly<Record<Exclude<ErasureStep, 'delete_issue'>, Step>> = {
  blank_comment: blankComment,
  delete_comment: removing(
    (api, target) => settled(api, () => api.cloud.issueComments.deleteComment(commentAt(target))),
    async (api, target) => (await commentNow(api, target)) !== undefined,
  ),
  delete_attachment: removing(
    (api, target) => settled(api, () => api.cloud.issueAttachments.removeAttachment({ id: numberIn(target) })),
    (api, target) => isAttachmentThere(api, target),
  ),
  delete_worklog: removing(
    (api, target) =>
      settled(api, () =>
        api.cloud.issueWorklogs.deleteWorklog({ ...commentAt(target), notifyUsers: false, adjustEstimate: 'leave' }),
      ),
    async (api, target) =>
      (await readingUnless(() => api.cloud.issueWorklogs.getWorklog(commentAt(target)))) !== undefined,
  ),
  delete_property: removing(
    (api, target) => {
      const [issue, name] = halvesOf(target)
      return settled(api, () =>
        api.cloud.issueProperties.deleteIssueProperty({ issueIdOrKey: numberIn(issue), propertyKey: nameIn(name) }),
      )
    },
    async (api, target) => {
      const [issue, name] = halvesOf(target)
      return (await propertyNames(api, issue)).includes(name)
    },
  ),
  delete_remote_link: removing(
    (api, target) => {
      const { issueIdOrKey, id } = commentAt(target)
      return settled(api, () => api.cloud.issueRemoteLinks.deleteRemoteIssueLinkById({ issueIdOrKey, linkId: id }))
    },
    async (api, target) => {
      const { issueIdOrKey, id } = commentAt(target)
      return (
        (await readingUnless(() => api.cloud.issueRemoteLinks.getRemoteIssueLinkById({ issueIdOrKey, linkId: id }))) !==
        undefined
      )
    },
  ),
  leave_request: leaveRequest,
  unwatch,
  redact_issue: redactIssue,
  delete_filter: removing(
    (api, target) => settled(api, () => api.cloud.filters.deleteFilter({ id: Number(numberIn(target)) })),
    // A filter that is not there is answered with 400 (published document).
    async (api, target) =>
      (await readingUnless(() => api.cloud.filters.getFilter({ id: Number(numberIn(target)) }), 400, 404)) !==
      undefined,
  ),
  delete_user_property: removing(
    (api, target) => {
      const [accountId, name] = halvesOf(target)
      return settled(api, () =>
        api.cloud.userProperties.deleteUserProperty({ accountId: accountIn(accountId), propertyKey: nameIn(name) }),
      )
    },
    async (api, target) => {
      const [accountId, name] = halvesOf(target)
      const found = await readingUnless(() =>
        api.cloud.userProperties.getUserPropertyKeys({ accountId: accountIn(accountId) }),
      )
      return objectsAt(found, 'keys').some((entry) => textAt(entry, 'key') === name)
    },
  ),
  leave_group: leaveGroup,
  leave_organisation: leaveOrganisation,
  leave_desk: leaveDesk,
  delete_account: removing(
    (api, target) => settled(api, () => api.cloud.users.removeUser({ accountId: accountIn(target) })),
    async (api, target) => (await readAccount(api, target)) !== undefined,
  ),
}

/** Whether a file can still be read. */
export async function isAttachmentThere(api: Jira, id: string): Promise<boolean> {
  return (await readingUnless(() => api.cloud.issueAttachments.getAttachment({ id: numberIn(id) }))) !== undefined
}
