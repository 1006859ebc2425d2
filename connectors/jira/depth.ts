import type { DepthRow } from '../../src/connector/index.ts'

type Row = Omit<DepthRow, 'isRead' | 'origin'> & Partial<Pick<DepthRow, 'isRead' | 'origin'>>

const MESSAGES = 'messages and appointments'
const CONTACT = 'contact details'
const USAGE = 'usage'

const erased = (part: string, [title, category]: readonly [string, string], more: Partial<DepthRow> = {}): Row => ({
  part,
  title,
  category,
  onErasure: 'erased',
  ...more,
})

const left = (part: string, [title, category]: readonly [string, string], why: string): Row => ({
  part,
  title,
  category,
  onErasure: 'left',
  why,
})

const unread = (part: string, [title, category]: readonly [string, string], why: string): Row => ({
  ...left(part, [title, category], why),
  isRead: false,
})

const WITH_THE_REQUEST = 'it goes when the request is deleted; where the request is kept and blanked, it stays'

const ISSUE_ROWS: readonly Row[] = [
  erased('requests', ['Requests that the person made', MESSAGES], { origin: 'provided' }),
  erased(
    'issues_of_others',
    ['The person in issues of others: reporter, assignee, participant, people fields', MESSAGES],
    {
      isBusinessRecord: true,
      why: 'the person is taken out of the fields; the issue stays',
    },
  ),
  erased('comments', ['Comments of the person, and all on the person’s own requests', MESSAGES], {
    origin: 'provided',
  }),
  erased('attachments', ['Files of the person, and all on the person’s own requests', 'documents'], {
    origin: 'provided',
  }),
  erased('worklogs', ['Work logged by the person or on the person’s own requests', USAGE]),
  erased('watches', ['Issues that the person watches', USAGE]),
  erased('properties', ['Hidden properties of the person’s requests', USAGE]),
  erased('remote_links', ['Links from the person’s requests to other systems', USAGE]),
  left(
    'votes',
    ['Votes of the person', USAGE],
    'only the voter can take a vote back; it goes when the issue is deleted',
  ),
  left(
    'creators',
    ['Creator of an issue', USAGE],
    'Jira never lets the creator be changed; the name behind the account goes with the account',
  ),
  left(
    'changelog',
    ['History of issues with earlier values', MESSAGES],
    'Jira keeps old texts, names and file names in the history; only deleting the issue, or redaction with Atlassian Guard Premium by hand, removes them',
  ),
  left('feedback', ['Rating of a request', MESSAGES], `only the person can delete a rating; ${WITH_THE_REQUEST}`),
  left('approvals', ['Approvals of a request', MESSAGES], WITH_THE_REQUEST),
  left('service_levels', ['Times of a request', USAGE], WITH_THE_REQUEST),
  left('forms', ['Answers in forms', MESSAGES], `the deletion of forms is not documented; ${WITH_THE_REQUEST}`),
  {
    ...left(
      'mentions',
      ['The person named or mentioned in issues of others', MESSAGES],
      'other people’s texts are reported with a link and not edited; decide and change them by hand',
    ),
    origin: 'third_party',
  },
  left(
    'privacy_requests',
    ['Requests by which the person exercised privacy rights', 'business records'],
    'they prove what was asked and answered; delete them when your retention period for them ends',
  ),
]

const PERSON_ROWS: readonly Row[] = [
  erased('account', ['Customer account of the portal', CONTACT], { origin: 'provided' }),
  erased('desks', ['Customer of a service desk', CONTACT]),
  erased('organisations', ['Member of a customer organisation', CONTACT]),
  erased('groups', ['Member of a user group', USAGE]),
  erased('user_properties', ['Hidden properties of a user', USAGE]),
  erased('filters', ['Saved filters of a user', USAGE]),
  left(
    'dashboards',
    ['Dashboards of a user', USAGE],
    'only its owner can delete a dashboard; an administrator changes the owner in the settings first',
  ),
  left(
    'atlassian_account',
    ['Atlassian account', CONTACT],
    'it belongs to the person, who closes it at id.atlassian.com, or to the organisation that manages its domain, whose administrator deletes it',
  ),
  left(
    'audit_log',
    ['Audit log with names and network addresses', USAGE],
    'nobody can delete entries of the audit log; Jira drops them by age',
  ),
]

const UNREAD_ROWS: readonly Row[] = [
  unread(
    'archived_issues',
    ['Archived issues', MESSAGES],
    'the search does not show archived issues; look for them in the archive and restore them first',
  ),
  unread(
    'customer_profile',
    ['Profile fields of Customer Service Management', CONTACT],
    'its interface is not confirmed; clear the profile by hand',
  ),
  unread(
    'elsewhere',
    ['Assets, Confluence, Opsgenie, apps, automation logs, e-mail already sent', MESSAGES],
    'other products with interfaces of their own; look there by hand',
  ),
]

/** Every place where Jira and Jira Service Management keep one person's data. */
export const DEPTH: readonly DepthRow[] = [...ISSUE_ROWS, ...PERSON_ROWS, ...UNREAD_ROWS].map((row) => ({
  isRead: true,
  origin: 'observed',
  ...row,
}))
