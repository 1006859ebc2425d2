/**
 * Every code that Habeas can answer with. `docs/errors.md` has one heading per code and a test holds the two together.
 * `status` is the HTTP status of a problem+json answer; `retryable` says whether the same call may succeed later.
 */
export const ERROR_CODES = {
  ACCOUNT_READ_ONLY: { status: 409, retryable: false },
  APPROVAL_EXPIRED: { status: 409, retryable: false },
  ARCHIVE_CONFLICT: { status: 409, retryable: false },
  ARCHIVE_CORRUPT: { status: 500, retryable: false },
  ARCHIVE_NOT_READY: { status: 409, retryable: true },
  BODY_TOO_LARGE: { status: 413, retryable: false },
  CANONICAL_VALUE_REFUSED: { status: 500, retryable: false },
  CONFIG_INVALID: { status: 500, retryable: false },
  CONNECTOR_BUG: { status: 500, retryable: false },
  COPY_CHANGED: { status: 409, retryable: false },
  CORRUPT_CIPHERTEXT: { status: 500, retryable: false },
  DATA_DIRECTORY_IN_USE: { status: 500, retryable: false },
  DATABASE_UNREACHABLE: { status: 503, retryable: true },
  DEADLINE_RANGE: { status: 400, retryable: false },
  FIELD_INVALID: { status: 400, retryable: false },
  FIELD_UNKNOWN: { status: 400, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  IDEMPOTENCY_CONFLICT: { status: 409, retryable: false },
  IDENTIFIER_INVALID: { status: 400, retryable: false },
  IDENTIFIER_MISSING: { status: 400, retryable: false },
  ILLEGAL_TRANSITION: { status: 409, retryable: false },
  INTERNAL: { status: 500, retryable: false },
  JSON_INVALID: { status: 400, retryable: false },
  LEDGER_CORRUPT: { status: 500, retryable: false },
  LEDGER_ROLLED_BACK: { status: 500, retryable: false },
  LIMIT_REACHED: { status: 422, retryable: false },
  MAIL_NOT_SENT: { status: 502, retryable: true },
  MASTER_KEY_WRONG: { status: 500, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  OBJECT_STORE_UNFIT: { status: 500, retryable: false },
  OBJECT_STORE_UNREACHABLE: { status: 503, retryable: true },
  PLAN_HASH_MISMATCH: { status: 409, retryable: false },
  PLAN_NOT_READY: { status: 409, retryable: true },
  PROOF_NOT_READY: { status: 409, retryable: true },
  QUEUE_UNREACHABLE: { status: 503, retryable: true },
  RANGE_INVALID: { status: 416, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  RECORD_NOT_READY: { status: 409, retryable: true },
  RIGHT_UNKNOWN: { status: 400, retryable: false },
  RIGHT_UNSUPPORTED: { status: 400, retryable: false },
  SCHEMA_TOO_NEW: { status: 500, retryable: false },
  SCHEMA_TOO_OLD: { status: 500, retryable: false },
  SECOND_PERSON_NEEDED: { status: 409, retryable: false },
  SIGNATURE_INVALID: { status: 400, retryable: false },
  STALE_EPOCH: { status: 409, retryable: true },
  SUBMITTED_IN_FUTURE: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  UNKNOWN_TIME_ZONE: { status: 500, retryable: false },
  VENDOR_ADDRESS_REFUSED: { status: 502, retryable: false },
  VENDOR_ANSWER_UNREADABLE: { status: 502, retryable: true },
  VENDOR_KEPT_RECORD: { status: 502, retryable: false },
  VENDOR_CREDENTIALS_REJECTED: { status: 502, retryable: false },
  VENDOR_QUOTA_EXHAUSTED: { status: 502, retryable: true },
  VENDOR_REFUSED: { status: 502, retryable: false },
  VENDOR_SCOPE_MISSING: { status: 502, retryable: false },
  VENDOR_TIMEOUT: { status: 504, retryable: true },
  VENDOR_UNAVAILABLE: { status: 502, retryable: true },
  WITHDRAW_TOO_LATE: { status: 409, retryable: false },
} as const satisfies Record<string, { readonly status: number; readonly retryable: boolean }>

export type ErrorCode = keyof typeof ERROR_CODES

export interface ErrorDetails {
  /** How long the caller should wait before the same call, in milliseconds. */
  readonly retryAfterMs?: number
  /** The field, setting or parameter that is at fault; never its value. */
  readonly field?: string
  /** The call may have reached the vendor although we have no answer: the effect is unknown until read back. */
  readonly mayHaveArrived?: boolean
  readonly cause?: unknown
}

/**
 * The one error class. The code decides what happens, the text explains it to a person.
 * The text never contains an identifier, a secret or a body.
 */
export class DsrError extends Error {
  override readonly name = 'DsrError'
  readonly code: ErrorCode
  readonly retryAfterMs: number | undefined
  readonly field: string | undefined
  readonly mayHaveArrived: boolean

  constructor(code: ErrorCode, text: string, details: ErrorDetails = {}) {
    super(text, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retryAfterMs = details.retryAfterMs
    this.field = details.field
    this.mayHaveArrived = details.mayHaveArrived ?? false
  }
}

/** Whether the value is a DsrError, and of the given code when one is named. */
export function isDsrError(value: unknown, code?: ErrorCode): value is DsrError {
  return value instanceof DsrError && (code === undefined || value.code === code)
}
