import type { Pool, PoolClient } from 'pg'
import { DsrError } from '../../domain/errors.ts'
import { Batch, type Answer } from './batch.ts'
import { failureOf, type Failure } from './failure.ts'
import { statement, type Statement } from './statements.ts'

export interface SessionTimeouts {
  /** A statement that takes longer (waiting for locks included) ends with `DATABASE_UNREACHABLE`. */
  readonly statementTimeoutMs: number
  /** A transaction that does nothing for longer loses its connection. */
  readonly idleTimeoutMs: number
}

/**
 * One transaction on a connection of its own. Statements are answered in the order in which they were given. What is read leaves at the
 * end of the turn of the event loop, with everything that was given before; what is only written waits for the next read or for the
 * commit, and leaves together with it.
 */
export class Session {
  readonly #client: PoolClient
  readonly #timeouts: SessionTimeouts
  #batch = new Batch()
  #clock: Promise<DatabaseClock> | undefined
  #failure: Failure | undefined
  #isFlushing = false
  #isWriting = false
  #isBegun = false
  #isLost = false
  #isOver = false
  readonly #onLost = () => (this.#isLost = true)

  private constructor(client: PoolClient, timeouts: SessionTimeouts) {
    this.#client = client
    this.#timeouts = timeouts
    // A connection that breaks between two statements tells it by event only.
    client.on('error', this.#onLost)
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
    return !this.#isBegun && this.#failure?.kind === 'lost'
  }

  /** Waits for the statement's answer. @throws the failure of whatever failed first in this transaction. */
  run(given: Statement): Promise<Answer> {
    const answer = this.#add(given)
    this.#flushSoon()
    return answer
  }

  /** For a statement whose answer the caller does not need; its failure comes out at the latest at the commit. */
  send(given: Statement): void {
    this.requireOpen()
    this.willWrite()
    this.#add(given).catch(() => undefined)
  }

  /** A statement that is about to run writes: the commit must be waited for. */
  willWrite(): void {
    this.#isWriting = true
  }

  /** @throws what spoiled the transaction, or DsrError `INTERNAL` when it is over. */
  requireSound(): void {
    this.requireOpen()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** @throws DsrError `INTERNAL` when the transaction is over. */
  requireOpen(): void {
    if (this.#isOver) throw OVER
  }

  /** The database's clock: what it said when the transaction began, and what has passed since. */
  async nowMs(): Promise<number> {
    if (!this.#isBegun) this.#flushSoon()
    const { nowMs, seenAt } = await this.#begin()
    return nowMs + Math.floor(performance.now() - seenAt)
  }

  /** @throws what spoiled the transaction, also when its error was caught on the way. */
  async commit(): Promise<void> {
    // On a connection that turns out to be dead nothing must look as if it might have been committed.
    if (this.#clock && !this.#isBegun) await this.nowMs()
    this.requireSound()
    if (this.#clock) {
      const committed = this.#add(COMMIT)
      this.#flush()
      // What was only read is known, and the connection takes the next transaction behind this commit.
      if (this.#isWriting) await committed
      else committed.catch(() => undefined)
    }
    this.#isOver = true
    this.#release(false)
  }

  /** Never throws: a connection that cannot roll back is closed, which does the same. */
  async rollBack(): Promise<void> {
    this.#isOver = true
    // What was not sent yet never will be.
    this.#batch.handleError(OVER)
    const isBroken = this.#clock !== undefined && (await this.#isRefused(ROLLBACK))
    this.#release(isBroken)
  }

  async #isRefused(last: Statement): Promise<boolean> {
    const batch = new Batch()
    const refused = batch.add(last).then(
      () => false,
      () => true,
    )
    this.#client.query(batch)
    return refused
  }

  #begin(): Promise<DatabaseClock> {
    if (this.#clock) return this.#clock
    if (this.#isOver) return Promise.reject(OVER)
    this.#answered(BEGIN).catch(() => undefined)
    this.#clock = this.#answered(helloStatement(this.#timeouts)).then((answer) => {
      this.#isBegun = true
      return { nowMs: clockOf(answer), seenAt: performance.now() }
    })
    this.#clock.catch(() => undefined)
    return this.#clock
  }

  async #add(given: Statement): Promise<Answer> {
    this.requireSound()
    void this.#begin()
    return this.#answered(given)
  }

  async #answered(given: Statement): Promise<Answer> {
    try {
      return await this.#batch.add(given)
    } catch (cause) {
      this.#failure ??= failureOf(cause)
      throw this.#failure.error
    }
  }

  /** After all that runs now and all that it sets going: reads that are asked for side by side leave together. */
  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    process.nextTick(() => {
      this.#isFlushing = false
      if (!this.#isOver) this.#flush()
    })
  }

  #flush(): void {
    if (this.#batch.size === 0) return
    this.#client.query(this.#batch)
    this.#batch = new Batch()
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

const OVER = new DsrError('INTERNAL', 'the transaction is over')
const BEGIN = statement('begin isolation level read committed', [])
const COMMIT = statement('commit', [])
const ROLLBACK = statement('rollback', [])

/**
 * Sets the limits for this transaction only, so that they also hold behind a connection pooler, and asks for the time. A statement is
 * planned the first time that a connection sees it, and not five times more to learn whether its values matter: they do not.
 */
export function helloStatement({ statementTimeoutMs, idleTimeoutMs }: SessionTimeouts): Statement {
  return statement(
    `select set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true),
      set_config('plan_cache_mode', 'force_generic_plan', true),
      floor(extract(epoch from clock_timestamp()) * 1000)::bigint`,
    [String(statementTimeoutMs), String(idleTimeoutMs)],
  )
}

function clockOf({ rows }: Answer): number {
  const nowMs = Number(rows[0]?.[3] ?? undefined)
  if (!Number.isSafeInteger(nowMs)) throw new DsrError('INTERNAL', 'the database has no clock')
  return nowMs
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (cause) {
    throw failureOf(cause).error
  }
}
