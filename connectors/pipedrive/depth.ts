import type { DepthRow } from '../../src/connector/index.ts'

const PURGE_DAYS = 30

type Row = Omit<DepthRow, 'isRead'> & Partial<Pick<DepthRow, 'isRead'>>

const erased = (part: string, title: string, category: string): Row => ({
  part,
  title,
  category,
  origin: 'observed',
  onErasure: 'erased',
})

const left = (part: string, [title, category]: readonly [string, string], why: string): Row => ({
  part,
  title,
  category,
  origin: 'observed',
  onErasure: 'left',
  why,
})

/** The record stays; the person's traces in it and the link go. Never called anonymised: the changelog tells it all. */
const business = (part: string, title: string): Row => ({
  part,
  title,
  category: 'business records',
  origin: 'observed',
  onErasure: 'erased',
  isBusinessRecord: true,
  why: 'the person’s traces are blanked and the link is taken away; the rest of the record stays',
})

const PERSON_ROWS: readonly Row[] = [
  {
    ...erased('person', 'Person with addresses, numbers and custom fields', 'contact details'),
    purgeDays: PURGE_DAYS,
    origin: 'provided',
  },
  erased('picture', 'Picture of the person', 'contact details'),
  {
    ...erased('marketing_status', 'Consent to marketing e-mail', 'marketing'),
    purgeDays: PURGE_DAYS,
    origin: 'provided',
    why: 'goes with the person',
  },
  {
    ...erased('followers', 'Users who follow the person', 'usage'),
    purgeDays: PURGE_DAYS,
    why: 'goes with the person',
  },
  left(
    'changelog',
    ['Earlier values of the person’s fields', 'contact details'],
    'Pipedrive has no call that deletes the changelog: old addresses stay in it at least until the person is purged, 30 days after the deletion, and nothing says what becomes of it then',
  ),
  {
    ...left(
      'organisation',
      ['Organisation of the person', 'business records'],
      'an organisation is a company’s record; where it is one person’s business, decide and change it by hand',
    ),
    isBusinessRecord: true,
  },
]

const CHILD_ROWS: readonly Row[] = [
  erased('notes', 'Notes', 'messages and appointments'),
  erased('note_comments', 'Comments on notes', 'messages and appointments'),
  {
    ...erased('activities', 'Activities, also as second participant or guest', 'messages and appointments'),
    purgeDays: PURGE_DAYS,
  },
  erased('calls', 'Call logs', 'messages and appointments'),
  {
    ...erased('call_recordings', 'Sound recordings of calls', 'messages and appointments'),
    isRead: false,
    why: 'the interface takes recordings and does not give them back; they go with the call log',
  },
  { ...erased('files', 'Files', 'documents'), purgeDays: PURGE_DAYS, origin: 'provided' },
  erased('mail', 'Mail in the mailbox of the credential’s user', 'messages and appointments'),
  left(
    'mail_of_others',
    ['Mail in mailboxes of other users', 'messages and appointments'],
    'a conversation can be deleted only by the user in whose mailbox it lies',
  ),
  erased('leads', 'Leads', 'sales'),
  erased('archived_leads', 'Archived leads', 'sales'),
]

const BUSINESS_ROWS: readonly Row[] = [
  business('deals', 'The person in deals'),
  business('archived_deals', 'The person in archived deals'),
  business('deal_participations', 'The person as participant in deals of others'),
  business('projects', 'The person in projects'),
  business('archived_projects', 'The person in archived projects'),
  {
    ...left(
      'business_changelogs',
      ['Earlier values of the fields of deals and projects', 'business records'],
      'Pipedrive has no call that deletes a changelog: what is blanked in the record can still be read there',
    ),
    isBusinessRecord: true,
  },
  {
    ...left('documents', ['Documents sent to the person', 'documents'], 'the interface has no call for documents'),
    isBusinessRecord: true,
  },
  {
    ...left(
      'invoices',
      ['Invoices', 'business records'],
      'the interface has no call for invoices, and accounting law keeps them',
    ),
    isBusinessRecord: true,
  },
  left('campaigns', ['Mailings, openings and clicks', 'marketing'], 'the interface has no call that deletes them'),
]

const UNREAD_ROWS: readonly Row[] = [
  {
    ...left(
      'deleted_persons',
      ['Persons that were deleted earlier', 'contact details'],
      'a deleted person cannot be found any more; Pipedrive purges it 30 days after the deletion',
    ),
    isRead: false,
  },
  {
    ...left(
      'business_contents',
      ['Notes, files, mail and products that hang on a deal, lead or project only', 'business records'],
      'they belong to the business record; decide about it',
    ),
    isRead: false,
  },
  {
    ...left(
      'mentions',
      ['The person’s name in records of others', 'messages and appointments'],
      'the text search finds words and not people; look for mentions by hand',
    ),
    origin: 'third_party',
    isRead: false,
  },
]

/** Every place where Pipedrive keeps one person's data. */
export const DEPTH: readonly DepthRow[] = [...PERSON_ROWS, ...CHILD_ROWS, ...BUSINESS_ROWS, ...UNREAD_ROWS].map(
  (row) => ({ isRead: true, ...row }),
)

/** Days until Pipedrive really deletes what it marked as deleted (published documents; changelog of 18 March 2024). */
export const PURGE_MS = PURGE_DAYS * 24 * 60 * 60 * 1000
