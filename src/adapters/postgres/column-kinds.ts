import type { TableName, Tables } from '../../ports/tables.ts'

export type BaseKind = 'text' | 'bigint' | 'int' | 'bool' | 'jsonb' | 'bytea' | 'text[]'
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

/** The columns of every table. */
export type Columns = {
  readonly [Name in TableName]: { readonly [Column in keyof Tables[Name]]: KindOf<Tables[Name][Column]> }
}
