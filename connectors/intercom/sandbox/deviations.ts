/** Where calls or answers do otherwise than the published document says, and why. */
export const DEVIATIONS: Readonly<Record<string, string>> = {
  'GET /events: query intercom_user_id is unknown':
    'the document hides it in a parameter named filter; its own text gives ?type=user&intercom_user_id={id}',
  'GET /events: query filter is missing': 'see above: filter stands for user_id, intercom_user_id or email',
  'GET /events: query before is unknown': 'part of the address of the next page, which the document’s example shows',
  'GET /contacts/{contact_id}/notes: query starting_after is unknown':
    'the answer’s own pages.next; the pagination page describes it for all lists',
  'GET /contacts/{contact_id}/companies: query page is unknown': 'part of the address in the answer’s own pages.next',
}
