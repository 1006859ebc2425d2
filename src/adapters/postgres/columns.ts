import type { TableName, Tables } from '../../ports/rows.ts'

type BaseKind = 'text' | 'bigint' | 'int' | 'bool' | 'jsonb' | 'bytea' | 'text[]'
/** How a column is stored; `?` marks one that may be null. */
export type ColumnKind = BaseKind | `${BaseKind}?`

type KindOfValue<Value> = [Value] extends [boolean]
  ? 'bool'
  : [Value] extends [number]
    ? 'bigint' | 'int'
    : [Value] extends [string]
      ? 'text'
      : [Value] extends [Uint8Array]
        ? 'bytea'
        : [Value] extends [readonly string[]]
          ? 'text[]'
          : 'jsonb'
type KindOf<Value> = null extends Value ? `${KindOfValue<NonNullable<Value>>}?` : KindOfValue<Value>

/**
 * The columns of every table: the one place where a row's fields meet the database. Column names are the fields' names in
 * snake_case; a test compares this table with what the migrations made.
 */
export const COLUMNS: {
  readonly [Name in TableName]: { readonly [Column in keyof Tables[Name]]: KindOf<Tables[Name][Column]> }
} = {
  request: {
    id: 'text',
    controllerId: 'text',
    right: 'text',
    mode: 'text',
    state: 'text',
    capacity: 'text',
    instructionId: 'text?',
    language: 'text',
    channel: 'text',
    externalReference: 'text?',
    duplicateOf: 'text?',
    callbackUrl: 'text?',
    createdBy: 'jsonb',
    submittedAtMs: 'bigint?',
    receivedAtMs: 'bigint',
    dueAtMs: 'bigint',
    dueDate: 'text',
    identityCheck: 'jsonb?',
    round: 'int',
    generation: 'int',
    wave: 'int',
    planVersion: 'int',
    planHash: 'text?',
    approval: 'jsonb?',
    result: 'text?',
    sealedIntake: 'bytea?',
    wrappedKey: 'bytea',
    masterKeyId: 'text',
    nextActionAtMs: 'bigint?',
    issuedAtDbMs: 'bigint?',
    issue: 'int',
    remindedDays: 'int?',
    delivery: 'jsonb?',
    answeredAtMs: 'bigint?',
    closedAtMs: 'bigint?',
  },
  identifier: {
    id: 'text',
    requestId: 'text',
    kind: 'text',
    digest: 'text',
    lookupDigest: 'text?',
    sealedValue: 'bytea',
    source: 'text',
    legId: 'text?',
    isCertain: 'bool',
    reason: 'text?',
    round: 'int',
  },
  leg: {
    id: 'text',
    requestId: 'text',
    controllerId: 'text',
    accountId: 'text',
    connectorId: 'text',
    generation: 'int',
    wave: 'int',
    state: 'text',
    parkedReason: 'text?',
    returnTo: 'text?',
    stage: 'text?',
    round: 'int',
    epoch: 'int',
    leaseUntilDbMs: 'bigint?',
    nextActionAtMs: 'bigint?',
    issuedAtDbMs: 'bigint?',
    admittedAtDbMs: 'bigint?',
    issue: 'int',
    tries: 'int',
    errorCode: 'text?',
    failingSinceMs: 'bigint?',
    looks: 'int',
    absences: 'int',
    attempts: 'int',
    parts: 'jsonb',
    readbacks: 'jsonb',
    unavailable: 'jsonb',
    searchedAtMs: 'bigint?',
    firstAtMs: 'bigint?',
    lastAtMs: 'bigint?',
  },
  record: {
    id: 'text',
    requestId: 'text',
    legId: 'text',
    part: 'text',
    refDigest: 'text',
    parentRefDigest: 'text?',
    isCertain: 'bool',
    reason: 'text?',
    decision: 'text?',
    law: 'text?',
    untilMs: 'bigint?',
    createdAtMs: 'bigint?',
    round: 'int',
    planVersion: 'int?',
    sealedRecord: 'bytea',
  },
  plan: {
    id: 'text',
    requestId: 'text',
    version: 'int',
    hash: 'text',
    sealedPlan: 'bytea',
    createdAtMs: 'bigint',
  },
  effect: {
    id: 'text',
    requestId: 'text',
    legId: 'text',
    accountId: 'text',
    connectorId: 'text',
    right: 'text',
    generation: 'int',
    step: 'text',
    part: 'text',
    targetDigest: 'text',
    sealedTarget: 'bytea',
    after: 'text[]',
    isReleased: 'bool',
    state: 'text',
    wasAlready: 'bool',
    batchCap: 'int?',
    callId: 'text?',
    sealedJobRef: 'bytea?',
    finishesByMs: 'bigint?',
    tries: 'int',
    errorCode: 'text?',
    readyAtMs: 'bigint',
    nextActionAtMs: 'bigint?',
    settledAtMs: 'bigint?',
  },
  call: {
    id: 'text',
    accountId: 'text',
    connectorId: 'text',
    step: 'text',
    kind: 'text',
    members: 'int',
    state: 'text',
    sentAtMs: 'bigint',
    leaseUntilDbMs: 'bigint',
    settledAtMs: 'bigint?',
  },
  journal: {
    id: 'text',
    requestId: 'text',
    legId: 'text?',
    atMs: 'bigint',
    actor: 'jsonb',
    kind: 'text',
    detail: 'jsonb',
    sealedReason: 'bytea?',
  },
  outbox: {
    id: 'text',
    kind: 'text',
    controllerId: 'text',
    requestId: 'text?',
    accountId: 'text?',
    body: 'jsonb',
    createdAtDbMs: 'bigint',
    publishedAtDbMs: 'bigint?',
    tries: 'int',
    notBeforeMs: 'bigint?',
  },
  leaf: {
    id: 'text',
    controllerId: 'text',
    requestId: 'text',
    kind: 'text',
    recordSha256: 'text',
    body: 'jsonb',
    createdAtMs: 'bigint',
    sequencedAtMs: 'bigint?',
  },
  parcel: {
    id: 'text',
    requestId: 'text',
    legId: 'text',
    objectKey: 'text',
    sha256: 'text',
    objectBytes: 'bigint',
    counts: 'jsonb',
    createdAtMs: 'bigint',
  },
  seal: {
    id: 'text',
    requestId: 'text',
    generation: 'int',
    recordSha256: 'text',
    envelope: 'bytea',
    sealedEvidence: 'bytea',
    archiveKey: 'text?',
    archiveSha256: 'text?',
    archiveBytes: 'bigint?',
    sealedAtMs: 'bigint',
    archiveExpiresAtMs: 'bigint?',
  },
  recheck: {
    id: 'text',
    requestId: 'text',
    accountId: 'text',
    generation: 'int',
    why: 'text',
    dueAtMs: 'bigint',
    state: 'text',
  },
  apiKey: {
    id: 'text',
    controllerId: 'text?',
    role: 'text',
    label: 'text',
    keyDigest: 'text',
    createdAtMs: 'bigint',
    revokedAtMs: 'bigint?',
  },
  idempotency: {
    id: 'text',
    controllerId: 'text',
    keyDigest: 'text',
    bodyDigest: 'text',
    requestId: 'text',
    expiresAtMs: 'bigint',
  },
}

export interface Column {
  readonly field: string
  /** Quoted for SQL. */
  readonly sql: string
  readonly kind: BaseKind
  readonly isNullable: boolean
}

/** A table with its names as the database knows them. */
export interface TableShape {
  readonly name: TableName
  /** Schema and table, quoted for SQL. */
  readonly sql: string
  readonly columns: readonly Column[]
  readonly byField: ReadonlyMap<string, Column>
}

export function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function shapeOf(name: TableName): TableShape {
  const columns = Object.entries<ColumnKind>(COLUMNS[name]).map(([field, kind]) => columnOf(field, kind))
  return {
    name,
    sql: `app."${snakeCase(name)}"`,
    columns,
    byField: new Map(columns.map((column) => [column.field, column])),
  }
}

function columnOf(field: string, kind: ColumnKind): Column {
  const isNullable = kind.endsWith('?')
  // The type of a kind is its name with or without the mark: this is the border where slicing forgets it.
  const base = (isNullable ? kind.slice(0, -1) : kind) as BaseKind
  return { field, sql: `"${snakeCase(field)}"`, kind: base, isNullable }
}

// The keys of COLUMNS are the tables' names: this is the border where Object.keys forgets it.
export const TABLE_NAMES = Object.keys(COLUMNS) as readonly TableName[]

const SHAPES: ReadonlyMap<TableName, TableShape> = new Map(TABLE_NAMES.map((name) => [name, shapeOf(name)]))

export function tableShape(name: TableName): TableShape {
  return SHAPES.get(name) ?? shapeOf(name)
}
