/** Children of an issue that stays. A comment is overwritten before it goes: its deletion may copy the text into the history. */
export const CHILD_STEPS = [
  'blank_comment',
  'delete_comment',
  'delete_attachment',
  'delete_worklog',
  'delete_property',
  'delete_remote_link',
  'leave_request',
  'unwatch',
] as const

/** What the account waits for: once it is gone, no search by it finds the rest. */
export const AWAITED_STEPS = [...CHILD_STEPS, 'redact_issue', 'delete_issue'] as const

/** Others decide about these (a desk open to everybody, a filter's owner): a refusal must not keep the account. */
export const MEMBER_STEPS = [
  'delete_filter',
  'delete_user_property',
  'leave_group',
  'leave_organisation',
  'leave_desk',
] as const

/** In this order. The deletion of issues is a job that takes its time: what needs no time goes before it. */
export const ERASURE_STEPS = [
  ...CHILD_STEPS,
  'redact_issue',
  ...MEMBER_STEPS,
  'delete_issue',
  'delete_account',
] as const

export type ErasureStep = (typeof ERASURE_STEPS)[number]
