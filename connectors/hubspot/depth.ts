import type { DepthRow } from '../../src/connector/index.ts'

const RECYCLE_BIN_DAYS = 90
const PURGE_DAYS = 30
const FILE_PURGE_DAYS = 7

const WITH_CONTACT = 'goes with the contact'

type Row = Omit<DepthRow, 'isRead'> & Partial<Pick<DepthRow, 'isRead'>>

const activity = (part: string, title: string, category = 'messages and appointments'): Row => ({
  part,
  title,
  category,
  origin: 'observed',
  onErasure: 'erased',
  purgeDays: RECYCLE_BIN_DAYS,
})

const withContact = (part: string, title: string, category: string): Row => ({
  part,
  title,
  category,
  origin: 'observed',
  onErasure: 'erased',
  purgeDays: PURGE_DAYS,
  why: WITH_CONTACT,
})

const CONTACT_ROWS: readonly Row[] = [
  {
    part: 'contact',
    title: 'Contact with all its properties',
    category: 'contact details',
    origin: 'provided',
    onErasure: 'erased',
    purgeDays: PURGE_DAYS,
  },
  withContact('property_history', 'Earlier values of the contact’s properties', 'contact details'),
  withContact('company_links', 'Links from the contact to companies', 'contact details'),
  withContact('list_memberships', 'Lists the contact is on', 'marketing'),
  withContact('marketing_events', 'Attendance at marketing events', 'marketing'),
  withContact('sequences', 'Enrolment in sales sequences', 'marketing'),
  withContact('behavioural_events', 'Visits and other behavioural events', 'usage'),
]

const ACTIVITY_ROWS: readonly Row[] = [
  activity('notes', 'Notes'),
  activity('calls', 'Calls'),
  activity('meetings', 'Meetings'),
  activity('tasks', 'Tasks'),
  activity('communications', 'SMS, WhatsApp and LinkedIn messages'),
  activity('postal_mail', 'Postal mail'),
  { ...activity('emails', 'Logged e-mails'), purgeDays: 0 },
  activity('leads', 'Leads', 'sales'),
  {
    part: 'attachments',
    title: 'Files attached to activities and conversations',
    category: 'documents',
    origin: 'provided',
    onErasure: 'erased',
    purgeDays: FILE_PURGE_DAYS,
  },
  {
    ...activity('threads', 'Conversations in the inbox and the chat', 'messages and appointments'),
    purgeDays: PURGE_DAYS,
  },
  {
    part: 'call_recordings',
    title: 'Sound recordings of calls',
    category: 'messages and appointments',
    origin: 'observed',
    isRead: false,
    onErasure: 'erased',
    why: 'the sound file lies behind a user’s login and is not given to an API; HubSpot deletes it with the call',
  },
  {
    part: 'call_transcripts',
    title: 'Transcripts of calls',
    category: 'messages and appointments',
    origin: 'derived',
    isRead: false,
    onErasure: 'left',
    why: 'only the app that made a transcript can read or delete it',
  },
  {
    part: 'thread_copies',
    title: 'Conversations in which the person was only in copy',
    category: 'messages and appointments',
    origin: 'third_party',
    isRead: false,
    onErasure: 'left',
    why: 'HubSpot does not link people in copy to a contact, and the conversation is another person’s',
  },
  {
    part: 'mentions',
    title: 'The person’s name in records of others',
    category: 'messages and appointments',
    origin: 'third_party',
    isRead: false,
    onErasure: 'left',
    why: 'HubSpot’s text search finds words and not people; look for mentions by hand',
  },
]

const business = (part: string, title: string): Row => ({
  part,
  title,
  category: 'business records',
  origin: 'observed',
  onErasure: 'anonymised',
  isBusinessRecord: true,
})

const BUSINESS_ROWS: readonly Row[] = [
  business('tickets', 'Tickets'),
  business('deals', 'Deals'),
  business('orders', 'Orders'),
  {
    ...business('quotes', 'Quotes'),
    onErasure: 'left',
    why: 'HubSpot does not let a published quote be changed over the API',
  },
  {
    ...business('invoices', 'Invoices'),
    onErasure: 'left',
    why: 'a finalised invoice cannot be changed, and accounting law keeps it',
  },
  {
    ...business('custom_objects', 'Records of the account’s own object types'),
    onErasure: 'left',
    why: 'only the account’s owner knows what they mean; decide and delete by hand',
  },
  {
    part: 'feedback_submissions',
    title: 'Answers to feedback surveys',
    category: 'feedback',
    origin: 'provided',
    onErasure: 'left',
    why: 'feedback submissions are read-only over the API; delete by hand in the survey’s responses',
  },
]

const ADDRESS_ROWS: readonly Row[] = [
  {
    part: 'subscription_status',
    title: 'Subscription choices by address',
    category: 'marketing',
    origin: 'provided',
    onErasure: 'suppressed',
    why: 'the opt-out of an address is kept, so that nothing is sent to it again',
  },
  {
    part: 'form_submissions',
    title: 'Submitted forms',
    category: 'forms',
    origin: 'provided',
    onErasure: 'left',
    why: 'HubSpot has no call that deletes a form submission; delete by hand in the form’s submissions',
  },
  {
    part: 'email_events',
    title: 'Deliveries, openings and clicks of marketing e-mail',
    category: 'marketing',
    origin: 'observed',
    onErasure: 'left',
    why: 'HubSpot has no call that deletes e-mail events',
  },
]

/** Every place where HubSpot keeps one person's data. */
export const DEPTH: readonly DepthRow[] = [...CONTACT_ROWS, ...ACTIVITY_ROWS, ...BUSINESS_ROWS, ...ADDRESS_ROWS].map(
  (row) => ({ isRead: true, ...row }),
)

/** Days until HubSpot really deletes a record of the part; 0 = at once. */
export function purgeDays(part: string): number {
  return DEPTH.find((row) => row.part === part)?.purgeDays ?? 0
}
