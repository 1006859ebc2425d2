import type { Session } from './session.ts'
import { insertStatement, updateStatement, type Assignment } from './statements.ts'
import { storedValue } from './codec.ts'
import { parsePatch } from './conditions.ts'
import type { TableShape } from './table-shape.ts'

/** A row as the ports know it. */
export type StoredRow = Readonly<Record<string, unknown>>

interface Update {
  readonly ids: string[]
  /** By column name. */
  readonly sets: Map<string, Assignment>
  /** Whether this transaction holds the row, which therefore is there. */
  readonly isHeld: boolean
}

/**
 * What a transaction changes by inserts and updates, kept until the table is read or the transaction ends, so that it leaves together
 * and what changes one row twice is one statement. A step from state to state is never merged with another one: the database sees each.
 */
export class Changes {
  readonly #session: Session
  readonly #pending = new Map<TableShape, Update[]>()
  /** Rows that were locked or inserted here, by `table/id`; what was read of them, where something was. */
  readonly #held = new Map<string, StoredRow | undefined>()

  constructor(session: Session) {
    this.#session = session
  }

  /** The row is there, and nobody else can change it or take it away before the transaction ends. */
  hold(shape: TableShape, id: string, row?: StoredRow): void {
    this.#held.set(keyOf(shape, id), row)
  }

  /** A row that was locked here as it stands now: nobody needs to be asked for it. Undefined when it must be read. */
  heldRow(shape: TableShape, id: string): StoredRow | undefined {
    this.#session.requireSound()
    return this.#held.get(keyOf(shape, id))
  }

  insert(shape: TableShape, row: { readonly id: string }): void {
    this.#session.send(insertStatement(shape, row, 'fail'))
    this.hold(shape, row.id)
  }

  update(shape: TableShape, id: string, patch: object): void {
    this.#session.requireOpen()
    const sets = new Map(parsePatch(shape, patch).map((one) => [one.column.field, one]))
    const key = keyOf(shape, id)
    const isHeld = this.#held.has(key)
    if (isHeld && sets.size === 0) return
    const held = this.#held.get(key)
    if (held) this.#held.set(key, patched(held, sets))
    const updates = this.#pending.get(shape) ?? []
    const last = updates.findLast((update) => update.ids.includes(id))
    if (last !== undefined && isMergeable(last.sets, sets)) {
      for (const [field, one] of sets) last.sets.set(field, one)
      return
    }
    updates.push({ ids: [id], sets, isHeld })
    this.#pending.set(shape, updates)
  }

  /** Rows were deleted by a condition: those of the table must be read again. */
  letGo(shape: TableShape): void {
    for (const key of this.#held.keys()) if (key.startsWith(keyOf(shape, ''))) this.#held.delete(key)
  }

  /** Gives the session what waits for a table, or for all of them. */
  send(shape?: TableShape): void {
    if (shape) this.#sendOf(shape)
    else for (const one of this.#pending.keys()) this.#sendOf(one)
  }

  #sendOf(shape: TableShape): void {
    const updates = this.#pending.get(shape)
    if (!updates) return
    this.#pending.delete(shape)
    for (const { ids, sets, isHeld } of alike(updates)) {
      this.#session.send(updateStatement(shape, { ids, sets: [...sets.values()], isHeld }))
    }
  }
}

function keyOf(shape: TableShape, id: string): string {
  return `${shape.name}/${id}`
}

/** As the database would give it back. */
function patched(row: StoredRow, sets: Update['sets']): StoredRow {
  const next: Record<string, unknown> = { ...row }
  for (const [field, { column, value }] of sets) next[field] = storedValue(column, value)
  return Object.freeze(next)
}

/** The trigger judges a step by the row as it is stored, and a way back also by its `returnTo`. */
function isMergeable(earlier: Update['sets'], later: Update['sets']): boolean {
  return !later.has('state') || !(earlier.has('state') || earlier.has('returnTo'))
}

/** Rows that get the same values one after the other get them at once. */
function alike(updates: readonly Update[]): readonly Update[] {
  const merged: Update[] = []
  for (const update of updates) {
    const last = merged.at(-1)
    if (last && isAlike(last, update)) last.ids.push(...update.ids)
    else merged.push({ ...update, ids: [...update.ids] })
  }
  return merged
}

function isAlike(one: Update, other: Update): boolean {
  if (one.isHeld !== other.isHeld || one.sets.size !== other.sets.size) return false
  if (other.ids.some((id) => one.ids.includes(id))) return false
  return [...one.sets].every(([field, { value }]) => other.sets.has(field) && other.sets.get(field)?.value === value)
}
