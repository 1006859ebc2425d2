const NO_DOCUMENT =
  'the document of Jira Service Management has no licence to be kept; its models in jira.js 6.2.0 are held against instead'
const FORMS = 'forms and the site’s cloud number have documents of their own (developer.atlassian.com/cloud/forms)'

/** Where the vendor does otherwise than the published document of the platform says, or has another one. */
export const DEVIATIONS: Readonly<Record<string, string>> = {
  '* /rest/servicedeskapi/*: not in the documents': NO_DOCUMENT,
  'GET /_edge/tenant_info: not in the documents': FORMS,
  'GET /jira/forms/cloud/*: not in the documents': FORMS,
  'GET /rest/api/3/issue/{issueIdOrKey}/remotelink: answer  type':
    'the document shows one link; its own example, and jira.js, have a list',
}
