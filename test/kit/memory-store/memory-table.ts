import { encodeValue } from '../../../src/adapters/postgres/codec.ts'
import type { Column, TableShape } from '../../../src/adapters/postgres/table-shape.ts'
import {
  parseOptions,
  parseWhere,
  type Order,
  type ParsedCondition,
} from '../../../src/adapters/postgres/conditions.ts'
import { UNIQUE } from '../../../src/ports/tables.ts'

/** A row as a dictionary; frozen. Its values went through the codec of the real store. */
export type MemoryRow = Readonly<Record<string, unknown>>

/** Columns with an index of their own, so that a simulation's searches stay cheap. */
const INDEXED = ['requestId', 'legId', 'callId', 'accountId', 'state']

/** The committed and uncommitted rows of one table (transactions are serial), with its unique sets. */
export class MemoryTable {
  readonly shape: TableShape
  readonly rows = new Map<string, MemoryRow>()
  /** How many rows were ever inserted: what the database counts for a column that it fills in. */
  #inserted = 0
  readonly #uniqueSets: readonly (readonly string[])[]
  readonly #taken: readonly Map<string, string>[]
  readonly #indexes: ReadonlyMap<string, Map<unknown, Set<string>>>

  constructor(shape: TableShape) {
    this.shape = shape
    const unique: Partial<Record<string, readonly (readonly string[])[]>> = UNIQUE
    this.#uniqueSets = unique[shape.name] ?? []
    this.#taken = this.#uniqueSets.map(() => new Map())
    this.#indexes = new Map(INDEXED.filter((field) => shape.byField.has(field)).map((field) => [field, new Map()]))
  }

  /** The row that already holds one of the new row's unique sets, if any. Null is never equal to null. */
  holderOf(row: MemoryRow): string | undefined {
    const holders = this.#uniqueSets.map((set, index) => this.#taken[index]?.get(keyOf(set, row) ?? ''))
    return holders.find((holder) => holder !== undefined && holder !== row.id)
  }

  /** Puts `row` in the place of what is there under `id`; undefined removes. */
  set(id: string, row: MemoryRow | undefined): void {
    const before = this.rows.get(id)
    if (before !== undefined) this.#unindex(id, before)
    if (row === undefined) {
      this.rows.delete(id)
    } else {
      this.rows.set(id, row)
      this.#index(id, row)
    }
  }

  nextNumber(): number {
    this.#inserted += 1
    return this.#inserted
  }

  find(where: object, options: object): MemoryRow[] {
    const { order, limit, afterId } = parseOptions(this.shape, options)
    const found = this.filter(where).filter((row) => afterId === undefined || String(row.id) > afterId)
    return found.sort((a, b) => compareRows(order, a, b)).slice(0, limit)
  }

  filter(where: object): MemoryRow[] {
    const conditions = parseWhere(this.shape, where)
    const found: MemoryRow[] = []
    for (const id of this.#candidates(conditions)) {
      const row = this.rows.get(id)
      if (row !== undefined && conditions.every((condition) => holds(condition, row[condition.column.field]))) {
        found.push(row)
      }
    }
    return found
  }

  #candidates(conditions: readonly ParsedCondition[]): Iterable<string> {
    let best: ReadonlySet<string> | undefined
    for (const condition of conditions) {
      if (condition.kind !== 'equal') continue
      if (condition.column.field === 'id') return [String(condition.value)]
      const index = this.#indexes.get(condition.column.field)
      if (index === undefined) continue
      const ids = index.get(condition.value) ?? NONE
      if (best === undefined || ids.size < best.size) best = ids
    }
    return best ?? this.rows.keys()
  }

  #index(id: string, row: MemoryRow): void {
    this.#uniqueSets.forEach((set, index) => {
      const key = keyOf(set, row)
      if (key !== undefined) this.#taken[index]?.set(key, id)
    })
    for (const [field, index] of this.#indexes) {
      const ids = index.get(row[field]) ?? new Set()
      index.set(row[field], ids.add(id))
    }
  }

  #unindex(id: string, row: MemoryRow): void {
    this.#uniqueSets.forEach((set, index) => {
      const key = keyOf(set, row)
      if (key !== undefined) this.#taken[index]?.delete(key)
    })
    for (const [field, index] of this.#indexes) index.get(row[field])?.delete(id)
  }
}

const NONE: ReadonlySet<string> = new Set()

function keyOf(set: readonly string[], row: MemoryRow): string | undefined {
  const values = set.map((field) => row[field])
  return values.includes(null) ? undefined : JSON.stringify(values)
}

function holds(condition: ParsedCondition, value: unknown): boolean {
  switch (condition.kind) {
    case 'equal':
      return value === condition.value
    case 'not':
      return value !== condition.value
    case 'in':
      return condition.values.includes(value)
    case 'atMost':
      return value !== null && Number(value) <= Number(condition.value)
    case 'above':
      return value !== null && Number(value) > Number(condition.value)
  }
}

function compareRows(order: readonly Order[], a: MemoryRow, b: MemoryRow): number {
  for (const { column, isDescending } of order) {
    const compared = compareValues(a[column.field], b[column.field])
    if (compared !== 0) return isDescending ? -compared : compared
  }
  return 0
}

/** As the database sorts: bytes of text, false before true, null last. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : 1
  return Number(a) - Number(b)
}

/** A value as the database would give it back: checked, apart from the caller's object, and frozen where that is possible. */
export function storedValue(column: Column, value: unknown): unknown {
  const encoded = encodeValue(column, value)
  if (column.kind === 'jsonb' && typeof encoded === 'string') return freezeDeep(JSON.parse(encoded))
  if (encoded instanceof Uint8Array) return new Uint8Array(encoded)
  return Array.isArray(encoded) ? Object.freeze(encoded.map(String)) : encoded
}

function freezeDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) freezeDeep(part)
  return Object.freeze(value)
}
