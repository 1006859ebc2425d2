import type { Pool, PoolClient, QueryResult } from 'pg'
import { DsrError } from '../../domain/errors.ts'
import { failureOf, type Failure } from './failure.ts'
import type { Statement } from './statements.ts'

type Rows = QueryResult<Record<string, unknown>>

export interface SessionTimeouts {
  /** A statement that takes longer (waiting for locks included) ends with `DATABASE_UNREACHABLE`. */
  readonly statementTimeoutMs: number
  /** A transaction that does nothing for longer loses its connection. */
  readonly idleTimeoutMs: number
}

/** Whether the answer of a statement is what it must be; throws when not. */
type Check = (rows: Rows) => void

/**
 * One transaction on a connection of its own. Statements are answered in the order in which they were sent; each is sent at once,
 * whether or not the one before was answered.
 */
export class Session {
  readonly #client: PoolClient
  readonly #begun: Promise<DatabaseClock>
  /** Statements whose answer nobody has waited for yet. */
  readonly #unchecked: Promise<void>[] = []
  #failure: Failure | undefined
  #isUnbegun = false
  #isLost = false
  #isOver = false
  readonly #onLost = () => (this.#isLost = true)

  private constructor(client: PoolClient, timeouts: SessionTimeouts) {
    this.#client = client
    // A connection that breaks between two statements tells it by event only.
    client.on('error', this.#onLost)
    this.#begun = this.#begin(timeouts)
    this.#begun.catch(() => undefined)
  }

  /** @throws DsrError `DATABASE_UNREACHABLE`. */
  static async begin(pool: Pool, timeouts: SessionTimeouts): Promise<Session> {
    return new Session(await connect(pool), timeouts)
  }

  /** The failure of the first statement that failed: the server then refuses all others until the end. */
  get failure(): Failure | undefined {
    return this.#failure
  }

  /** The connection was dead when it was taken, as all pooled ones may be after an outage: nothing was done on it. */
  get isUnbegun(): boolean {
    return this.#isUnbegun
  }

  /** Sends a statement and waits for its answer. @throws the failure of whatever failed first in this transaction. */
  async run(statement: Statement): Promise<Rows> {
    if (this.#isOver) throw new DsrError('INTERNAL', 'the transaction is over')
    return this.#query(given(statement))
  }

  /** Sends a statement whose answer the caller does not need; what it or `check` throws comes out at the latest at the commit. */
  send(statement: Statement, check: Check = () => undefined): void {
    if (this.#isOver) throw new DsrError('INTERNAL', 'the transaction is over')
    const answered = this.#query(given(statement)).then((rows) => this.#judge(rows, check))
    this.#unchecked.push(answered.catch(() => undefined))
  }

  /** The database's clock: what it said when the transaction began, and what has passed since. */
  async nowMs(): Promise<number> {
    const { nowMs, seenAt } = await this.#begun
    return nowMs + Math.floor(performance.now() - seenAt)
  }

  /** @throws what spoiled the transaction, also when its error was caught on the way. */
  async commit(): Promise<void> {
    this.#isOver = true
    await this.#begun
    await Promise.all(this.#unchecked)
    await this.#query('commit')
    this.#release(false)
  }

  /** Never throws: a connection that cannot roll back is closed, which does the same. */
  async rollBack(): Promise<void> {
    this.#isOver = true
    const isBroken = await this.#client.query('rollback').then(
      () => false,
      () => true,
    )
    this.#release(isBroken)
  }

  async #begin(timeouts: SessionTimeouts): Promise<DatabaseClock> {
    try {
      const answers: unknown = await this.#query(
        `begin isolation level read committed; ${settingsOf(timeouts)}; ${NOW}`,
      )
      return { nowMs: clockOf(answers), seenAt: performance.now() }
    } catch (error) {
      this.#isUnbegun = true
      throw error
    }
  }

  #judge(rows: Rows, check: Check): void {
    try {
      check(rows)
    } catch (error) {
      this.#failure ??= failureOf(error)
    }
  }

  async #query(query: string | (Statement & { values: unknown[] })): Promise<Rows> {
    if (this.#failure !== undefined) throw this.#failure.error
    try {
      return await this.#client.query<Record<string, unknown>>(query)
    } catch (cause) {
      this.#failure ??= failureOf(cause)
      throw this.#failure.error
    }
  }

  #release(isBroken: boolean): void {
    this.#client.off('error', this.#onLost)
    this.#client.release(isBroken || this.#isLost)
  }
}

interface DatabaseClock {
  readonly nowMs: number
  /** Our own steady clock at that moment. */
  readonly seenAt: number
}

const NOW = 'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms'

/** The driver answers several statements in one text by an array. */
function clockOf(answers: unknown): number {
  const last: unknown = Array.isArray(answers) ? answers.at(-1) : undefined
  const rows = typeof last === 'object' && last !== null && 'rows' in last && Array.isArray(last.rows) ? last.rows : []
  const row: unknown = rows[0]
  const nowMs = Number(typeof row === 'object' && row !== null && 'now_ms' in row ? row.now_ms : undefined)
  if (!Number.isSafeInteger(nowMs)) throw new DsrError('INTERNAL', 'the database has no clock')
  return nowMs
}

function given(statement: Statement): Statement & { values: unknown[] } {
  return { ...statement, values: [...statement.values] }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (cause) {
    throw failureOf(cause).error
  }
}

/** Set for the transaction only, so that they also hold behind a connection pooler. */
export function settingsOf({ statementTimeoutMs, idleTimeoutMs }: SessionTimeouts): string {
  return [
    `set local statement_timeout = ${statementTimeoutMs}`,
    `set local idle_in_transaction_session_timeout = ${idleTimeoutMs}`,
  ].join('; ')
}
