import type { DepthRow } from '../../src/connector/index.ts'

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

/** The record stays; the person's traces in it and the link go. */
const business = (part: string, title: string): Row => ({
  part,
  title,
  category: 'business records',
  origin: 'observed',
  onErasure: 'erased',
  isBusinessRecord: true,
  why: 'the person’s traces are blanked and the link is taken away; the rest of the record stays',
})

/** Brevo's guide says that a deletion of mail logs takes 24 to 48 hours. */
const LOG_PURGE_DAYS = 2

const CONTACT_ROWS: readonly Row[] = [
  { ...erased('contact', 'Contact with its attributes', 'contact details'), origin: 'provided' },
  { ...erased('lists', 'Membership of lists', 'marketing preferences'), why: 'goes with the contact' },
  {
    ...erased('campaign_statistics', 'Campaigns sent, opened and clicked, with IP addresses', 'usage'),
    why: 'goes with the contact',
  },
  {
    part: 'marketing_blocklist',
    title: 'Blocklist for campaigns by e-mail and SMS',
    category: 'marketing preferences',
    origin: 'provided',
    onErasure: 'suppressed',
    why: 'Brevo forgets the blocklist with the contact, so a bare contact that holds the address and the two blocks is kept: no import can mail the person again (Art. 21(3), 17(3) GDPR)',
  },
]

const MAIL_ROWS: readonly Row[] = [
  {
    ...erased('transactional_emails', 'Transactional e-mails with their stored text', 'messages'),
    purgeDays: LOG_PURGE_DAYS,
    why: 'read as far back as the account says (24 months by default); deleted whatever their age',
  },
  {
    ...erased(
      'transactional_events',
      'Deliveries, openings and clicks of transactional e-mails, with IP addresses',
      'usage',
    ),
    purgeDays: LOG_PURGE_DAYS,
  },
  {
    part: 'transactional_blocklist',
    title: 'Blocklist for transactional e-mails',
    category: 'delivery problems',
    origin: 'observed',
    onErasure: 'suppressed',
    why: 'taking an address off it would let mail through again',
  },
  {
    ...left(
      'scheduled_emails',
      ['Transactional e-mails that are still to be sent', 'messages'],
      'Brevo shows and deletes them by their own id only, never by address; cancel them where they were ordered',
    ),
    isRead: false,
  },
  left(
    'inbound_emails',
    ['E-mails received by inbound parsing', 'messages'],
    'the interface has no call that deletes them; Brevo shows those of the last 30 days',
  ),
]

const CRM_ROWS: readonly Row[] = [
  erased('notes', 'Notes', 'messages and appointments'),
  erased('tasks', 'Tasks', 'messages and appointments'),
  { ...erased('files', 'Files', 'documents'), origin: 'provided' },
  business('deals', 'The person in deals'),
  business('companies', 'The person in companies'),
  erased('custom_objects', 'Records of custom objects', 'business records'),
]

const LEFT_ROWS: readonly Row[] = [
  left('sms_events', ['SMS sent and answered', 'messages'], 'the interface has no call that deletes SMS logs'),
  left(
    'whatsapp_events',
    ['WhatsApp messages sent and answered', 'messages'],
    'the interface has no call that deletes WhatsApp logs',
  ),
  left('custom_events', ['Events that your systems sent', 'usage'], 'the interface has no call that deletes events'),
  {
    ...left(
      'orders',
      ['Orders with billing address', 'purchases'],
      'the interface has no call that deletes orders, and accounting law may keep them',
    ),
    isBusinessRecord: true,
    origin: 'provided',
  },
  {
    ...left(
      'conversations',
      ['Chats with visitors', 'messages'],
      'Brevo shows a message by its own id only and lets agents’ messages alone be deleted; delete the visitor’s chat by hand',
    ),
    isRead: false,
  },
  {
    ...left(
      'other_products',
      ['Loyalty, payments, meetings, customer data platform', 'usage'],
      'they have screens or interfaces of their own; look there by hand when you use them',
    ),
    isRead: false,
  },
  {
    ...left(
      'mentions',
      ['The person’s name in records of others', 'messages and appointments'],
      'Brevo has no search over texts; look for mentions by hand',
    ),
    origin: 'third_party',
    isRead: false,
  },
]

/** Every place where Brevo keeps one person's data. */
export const DEPTH: readonly DepthRow[] = [...CONTACT_ROWS, ...MAIL_ROWS, ...CRM_ROWS, ...LEFT_ROWS].map((row) => ({
  isRead: true,
  ...row,
}))

/** What goes with a contact and has no id of its own. */
export const CONTACT_PARTS = ['lists', 'campaign_statistics'] as const
