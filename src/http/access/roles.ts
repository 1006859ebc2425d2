import type { ApiKeyRow } from '../../ports/rows.ts'

export type Role = ApiKeyRow['role']

export type Permission =
  | 'create'
  | 'read'
  | 'read_plan'
  | 'read_record'
  | 'read_archive'
  | 'verify_identity'
  | 'withdraw'
  | 'decide'
  | 'approve'
  | 'review'
  | 'refuse'
  | 'resume'
  | 'recheck'
  | 'read_connectors'
  | 'stop'
  | 'read_metrics'
  | 'suppressions'
  | 'see_pages'
  /** Labels of matches, reasons in people's words: personal data. */
  | 'see_people'

const PORTAL = ['create', 'read', 'withdraw', 'verify_identity', 'suppressions'] as const
const OVERSIGHT = ['read', 'read_record', 'read_connectors', 'see_pages'] as const
const OPS = [
  'decide',
  'review',
  'refuse',
  'resume',
  'recheck',
  'read_plan',
  'read_metrics',
  'see_people',
  'stop',
] as const

/** Who may do what: the one table. An auditor reads everything that holds no personal data. */
export const PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  portal: [...PORTAL, 'read_archive'],
  ops: [...PORTAL, ...OVERSIGHT, ...OPS],
  approver: [...OVERSIGHT, 'read_plan', 'see_people', 'approve', 'refuse'],
  auditor: [...OVERSIGHT, 'read_metrics'],
  admin: [...PORTAL, ...OVERSIGHT, ...OPS, 'read_archive', 'approve'],
}

export function may(role: Role, permission: Permission): boolean {
  return PERMISSIONS[role].includes(permission)
}
