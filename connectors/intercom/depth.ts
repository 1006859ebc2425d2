import type { DepthRow } from '../../src/connector/index.ts'

/** Intercom's support can bring a deleted contact back for seven days. */
const GRACE_DAYS = 7

const WITH_CONTACT = 'goes with the contact'
const WITH_CONVERSATION = 'goes with the conversation'

type Row = Omit<DepthRow, 'isRead'> & Partial<Pick<DepthRow, 'isRead'>>

const withContact = (part: string, title: string, row: Pick<Row, 'category' | 'origin'>): Row => ({
  part,
  title,
  ...row,
  onErasure: 'erased',
  purgeDays: GRACE_DAYS,
  why: WITH_CONTACT,
})

const message = (part: string, title: string, more: Partial<Row> = {}): Row => ({
  part,
  title,
  category: 'messages',
  origin: 'provided',
  onErasure: 'erased',
  ...more,
})

const notRead = (part: string, title: string, row: Pick<Row, 'category' | 'origin' | 'why'>): Row => ({
  part,
  title,
  isRead: false,
  onErasure: 'left',
  ...row,
})

const CONTACT_ROWS: readonly Row[] = [
  {
    part: 'contact',
    title: 'Contact (user or lead) with all its attributes',
    category: 'contact details',
    origin: 'provided',
    onErasure: 'erased',
    purgeDays: GRACE_DAYS,
  },
  withContact('notes', 'Notes on the contact', { category: 'messages', origin: 'observed' }),
  withContact('tags', 'Tags of the contact', { category: 'marketing', origin: 'derived' }),
  withContact('segments', 'Segments the contact is in', { category: 'marketing', origin: 'derived' }),
  withContact('company_links', 'Links from the contact to companies', {
    category: 'contact details',
    origin: 'provided',
  }),
  withContact('subscriptions', 'Subscription choices', { category: 'marketing', origin: 'provided' }),
  withContact('events', 'Events of the last 90 days', { category: 'usage', origin: 'observed' }),
  withContact('event_summaries', 'Counts of all events', { category: 'usage', origin: 'observed' }),
]

const MESSAGE_ROWS: readonly Row[] = [
  message('conversations', 'Conversations'),
  message('side_conversations', 'Side conversations of teammates', {
    origin: 'observed',
    why: WITH_CONVERSATION,
  }),
  message('attachments', 'Files in conversations and tickets', {
    category: 'documents',
    why: 'goes with its message, conversation or ticket',
  }),
  message('ratings', 'Ratings and remarks on conversations', { category: 'feedback', why: WITH_CONVERSATION }),
  message('calls', 'Calls with their transcripts', { origin: 'observed', why: WITH_CONVERSATION }),
  message('call_recordings', 'Sound recordings of calls', { origin: 'observed', why: WITH_CONVERSATION }),
  message('shared_conversation_extras', 'Ratings, calls and side conversations in conversations with others', {
    onErasure: 'left',
    why: 'Intercom deletes these only with the whole conversation, which is other people’s as well',
  }),
]

const BUSINESS_ROWS: readonly Row[] = [
  {
    part: 'tickets',
    title: 'Tickets',
    category: 'business records',
    origin: 'provided',
    onErasure: 'erased',
    isBusinessRecord: true,
  },
  {
    part: 'shared_tickets',
    title: 'Tickets that concern other people as well',
    category: 'business records',
    origin: 'provided',
    onErasure: 'left',
    why: 'Intercom cannot redact one person’s part of a ticket nor take a person off it; decide and edit by hand',
  },
  {
    part: 'custom_objects',
    title: 'Custom objects that refer to the contact',
    category: 'business records',
    origin: 'provided',
    onErasure: 'erased',
    isBusinessRecord: true,
  },
]

const OTHER_ROWS: readonly Row[] = [
  {
    part: 'visitors',
    title: 'Visitor of the website under the same id',
    category: 'usage',
    origin: 'observed',
    onErasure: 'left',
    why: 'Intercom has no call that deletes a visitor; it removes visitors by itself after nine months',
  },
  notRead('message_statistics', 'Statistics of outbound messages', {
    category: 'marketing',
    origin: 'observed',
    why: 'Intercom gives them only as an export of the whole workspace and has no call that deletes them',
  }),
  notRead('fin_voice_calls', 'Calls answered by Fin Voice', {
    category: 'messages',
    origin: 'observed',
    why: 'Intercom has no call that lists or deletes a person’s Fin Voice calls; ask its support',
  }),
  notRead('mentions', 'The person’s name in conversations, notes and tickets of others', {
    category: 'messages',
    origin: 'third_party',
    why: 'Intercom’s search finds single words and not people; look for mentions by hand',
  }),
  notRead('teammate', 'The person’s own seat as a teammate', {
    category: 'contact details',
    origin: 'provided',
    why: 'a seat is removed in Intercom’s settings, where its conversations are handed over',
  }),
]

/** Every place where Intercom keeps one person's data. */
export const DEPTH: readonly DepthRow[] = [...CONTACT_ROWS, ...MESSAGE_ROWS, ...BUSINESS_ROWS, ...OTHER_ROWS].map(
  (row) => ({ isRead: true, ...row }),
)

/** Parts that live and die with their contact. */
export const CONTACT_PARTS: readonly string[] = CONTACT_ROWS.map(({ part }) => part).filter(
  (part) => part !== 'contact',
)
