import type { Columns } from './column-kinds.ts'

/** The columns of what people look through and vouch for. */
export const REVIEW_COLUMNS: Pick<Columns, 'redaction' | 'identityLink'> = {
  redaction: {
    id: 'text',
    requestId: 'text',
    legId: 'text',
    parcelId: 'text',
    part: 'text',
    kind: 'text',
    position: 'int',
    pathDigest: 'text',
    sealedPath: 'bytea?',
    reason: 'text',
    by: 'jsonb',
    atMs: 'bigint',
  },
  identityLink: {
    id: 'text',
    requestId: 'text',
    tokenDigest: 'text',
    codeDigest: 'text?',
    createdBy: 'jsonb',
    createdAtMs: 'bigint',
    expiresAtMs: 'bigint',
    failures: 'int',
    closedAtMs: 'bigint?',
  },
}
