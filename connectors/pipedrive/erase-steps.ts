/** Notes and comments say nowhere when they are purged: they are blanked before they go. */
export const NOTE_STEPS = ['blank_comment', 'delete_comment', 'blank_note', 'delete_note'] as const

/** What the person waits for. */
export const AWAITED_STEPS = [
  ...NOTE_STEPS,
  'delete_file',
  'redact_activity',
  'delete_activity',
  'delete_lead',
] as const

/** Other users' rights decide about these: a refusal must not keep the person. */
const OTHERS_STEPS = ['delete_call', 'delete_mail'] as const

/** Business records outlive the person and are reached by their own ids: the person does not wait for them. */
export const DEAL_STEPS = ['redact_deal', 'unlink_deal'] as const

/** Overwrites first: what is only marked as deleted can be restored for 30 days. Never an edit after the deletion. */
export const PERSON_STEPS = ['delete_picture', 'anonymise_person', 'clear_addresses', 'delete_person'] as const

export const ERASURE_STEPS = [
  ...AWAITED_STEPS,
  ...OTHERS_STEPS,
  ...DEAL_STEPS,
  'leave_deal',
  'release_project',
  ...PERSON_STEPS,
] as const

export type ErasureStep = (typeof ERASURE_STEPS)[number]
