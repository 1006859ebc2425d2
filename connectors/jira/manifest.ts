import type { Manifest, ScopeNeed, StepManifest } from '../../src/connector/index.ts'
import { DEPTH } from './depth.ts'
import { BUCKETS } from './limits.ts'

const step = (bucket: keyof typeof BUCKETS): StepManifest => ({
  batchMax: 1,
  lingerMs: 0,
  bucket,
  isRepeatable: true,
  isAsynchronous: false,
})

const ofIssue = step('issue_writes')

const PAGE = 'https://support.atlassian.com/jira-cloud-administration/docs/manage-project-permissions/'

const permission = (scope: string, neededFor: string): ScopeNeed => ({ scope, neededFor, page: PAGE })

/** What the credential's user must be allowed. Jira has no list of a token's scopes that it could show. */
export const PERMISSIONS: readonly ScopeNeed[] = [
  permission('BROWSE_PROJECTS', 'seeing issues; one that cannot be browsed is silently absent'),
  permission('USER_PICKER', 'finding people by address'),
  permission('VIEW_VOTERS_AND_WATCHERS', 'finding what the person watches or voted for'),
  permission('EDIT_ISSUES', 'taking the person out of issues'),
  permission('MODIFY_REPORTER', 'replacing the reporter'),
  permission('MANAGE_WATCHERS', 'removing the person as watcher'),
  permission('DELETE_ISSUES', 'deleting the person’s requests'),
  permission('BULK_CHANGE', 'deleting requests without sending mail'),
  permission('EDIT_ALL_COMMENTS', 'overwriting comments before they go'),
  permission('DELETE_ALL_COMMENTS', 'deleting comments'),
  permission('DELETE_ALL_ATTACHMENTS', 'deleting files'),
  permission('DELETE_ALL_WORKLOGS', 'deleting logged work'),
  permission('SET_ISSUE_SECURITY', 'restricting requests to a security level'),
  permission('ADMINISTER', 'edits without mail, accounts, groups, user properties, audit log'),
]

export const MANIFEST = {
  id: 'jira',
  title: 'Jira',
  version: '1',
  baseUrl: 'https://your-site.atlassian.net',
  rights: ['access', 'portability', 'erasure', 'rectification', 'objection', 'restriction'],
  searches: ['email', 'phone', 'external_id'],
  buckets: BUCKETS,
  steps: {
    delete_issue: { batchMax: 1_000, lingerMs: 5_000, bucket: 'posts', isRepeatable: true, isAsynchronous: true },
    blank_comment: ofIssue,
    delete_comment: ofIssue,
    delete_attachment: step('deletes'),
    delete_worklog: ofIssue,
    delete_property: ofIssue,
    delete_remote_link: ofIssue,
    leave_request: ofIssue,
    unwatch: ofIssue,
    redact_issue: ofIssue,
    delete_filter: step('deletes'),
    delete_user_property: step('deletes'),
    leave_group: step('deletes'),
    leave_organisation: step('deletes'),
    leave_desk: step('deletes'),
    delete_account: step('deletes'),
    correct_request: ofIssue,
    restrict_request: ofIssue,
    revoke_portal: step('puts'),
  },
  // The search index lags; a reply by mail to an old message can bring the person back.
  verifyAfterMs: [10_000, 600_000],
  absencesNeeded: 1,
  scopes: PERMISSIONS,
  depth: DEPTH,
  options: {
    own_requests:
      '"delete" (default) deletes requests that only the person takes part in; "redact" blanks and keeps them',
    stand_in_account: 'account id that takes the person’s place as reporter (default: the credential’s own account)',
    privacy_request_type: 'request type of privacy requests, which are kept (default "Privacy request")',
    correction_fields:
      'custom fields of requests that hold a value that can be corrected, e.g. {phone: customfield_10050}',
    restriction_level:
      'number of the issue security level that hides a restricted request from all but the privacy team',
    revoke_portal: 'true also takes the person’s access to the portal away under a restriction (default false)',
    not_in_use: 'list of parts that this account does not have (no such product or plan); they are not asked for',
  },
} as const satisfies Manifest
