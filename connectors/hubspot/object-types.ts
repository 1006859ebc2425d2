/** What erasure does with an object that hangs on a contact. */
export type Treatment =
  /** Goes to HubSpot's recycle bin; when another contact shares it, the subject's traces are blanked instead. */
  | 'archive'
  /** The subject's traces in its free text are blanked; the record stays. Needs a person's decision. */
  | 'redact'
  /** The API cannot change it, or its meaning is not known. */
  | 'leave'

/** A CRM object type that is reached from a contact by association. Its name is also its part of the depth. */
export interface ObjectType {
  readonly type: string
  readonly treatment: Treatment
  /** Shared with the business by nature (deal, invoice …): never a certain match. */
  readonly isBusinessRecord: boolean
  /** Writable free text in which a person may be named. */
  readonly texts: readonly string[]
}

const archived = (type: string, ...texts: string[]): ObjectType => ({
  type,
  treatment: 'archive',
  isBusinessRecord: false,
  texts,
})

const business = (type: string, treatment: Treatment, ...texts: string[]): ObjectType => ({
  type,
  treatment,
  isBusinessRecord: true,
  texts,
})

const ADDRESS_FIELDS = ['name', 'email', 'phone', 'street', 'city', 'postal_code', 'state', 'country']

/** Activities and leads: about the person, archived 100 a call. */
export const ARCHIVED_TYPES: readonly ObjectType[] = [
  archived('notes', 'hs_note_body'),
  archived('calls', 'hs_call_title', 'hs_call_body', 'hs_call_recording_url'),
  archived('meetings', 'hs_meeting_title', 'hs_meeting_body', 'hs_internal_meeting_notes'),
  archived('tasks', 'hs_task_subject', 'hs_task_body'),
  archived('communications', 'hs_communication_body'),
  archived('postal_mail', 'hs_postal_mail_body'),
  archived('emails', 'hs_email_subject', 'hs_email_text', 'hs_email_html', 'hs_email_headers'),
  archived('leads', 'hs_lead_name'),
]

/** Business records whose free text can be blanked once a person has decided so. */
export const REDACTED_TYPES: readonly ObjectType[] = [
  business('tickets', 'redact', 'subject', 'content'),
  business('deals', 'redact', 'dealname', 'description'),
  business(
    'orders',
    'redact',
    'hs_order_name',
    ...['billing', 'shipping'].flatMap((use) => ADDRESS_FIELDS.map((field) => `hs_${use}_address_${field}`)),
  ),
]

/** Read for access, left by erasure; the depth says why. */
export const LEFT_TYPES: readonly ObjectType[] = [
  business('quotes', 'leave'),
  business('invoices', 'leave'),
  { type: 'feedback_submissions', treatment: 'leave', isBusinessRecord: false, texts: [] },
]

export const LINKED_TYPES: readonly ObjectType[] = [...ARCHIVED_TYPES, ...REDACTED_TYPES, ...LEFT_TYPES]

/** The type of a part, or undefined when the part is no CRM object. */
export function objectType(part: string): ObjectType | undefined {
  return LINKED_TYPES.find(({ type }) => type === part)
}
