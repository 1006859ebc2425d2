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

/** One transaction on a connection of its own. */
export class Session {
  readonly #client: PoolClient
  #last: Promise<unknown> = Promise.resolve()
  #failure: Failure | undefined
  #isLost = false
  #isOver = false
  readonly #onLost = () => (this.#isLost = true)

  private constructor(client: PoolClient) {
    this.#client = client
    // A connection that breaks between two statements tells it by event only.
    client.on('error', this.#onLost)
  }

  /** @throws DsrError `DATABASE_UNREACHABLE`. */
  static async begin(pool: Pool, timeouts: SessionTimeouts): Promise<Session> {
    // After an outage every pooled connection may be dead. Nothing was done on them, so each may be replaced by the next.
    for (let spare = pool.totalCount; ; spare -= 1) {
      const session = new Session(await connect(pool))
      try {
        await session.#query(`begin isolation level read committed; ${settingsOf(timeouts)}`)
        return session
      } catch (error) {
        session.#release(true)
        if (spare <= 0) throw error
      }
    }
  }

  /** The failure of the first statement that failed: the server then refuses all others until the end. */
  get failure(): Failure | undefined {
    return this.#failure
  }

  /** Statements run one after the other, also when the caller does not wait for each. */
  run(statement: Statement): Promise<Rows> {
    if (this.#isOver) return Promise.reject(new DsrError('INTERNAL', 'the transaction is over'))
    return this.#inTurn(() => this.#query({ ...statement, values: [...statement.values] }))
  }

  /** @throws what spoiled the transaction, also when its error was caught on the way. */
  async commit(): Promise<void> {
    this.#isOver = true
    await this.#inTurn(async () => {
      if (this.#failure !== undefined) throw this.#failure.error
      await this.#query('commit')
    })
    this.#release(false)
  }

  /** Never throws: a connection that cannot roll back is closed, which does the same. */
  async rollBack(): Promise<void> {
    this.#isOver = true
    const isBroken = await this.#inTurn(() => this.#client.query('rollback')).then(
      () => false,
      () => true,
    )
    this.#release(isBroken)
  }

  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(step)
    this.#last = result.catch(() => undefined)
    return result
  }

  async #query(query: string | (Statement & { values: unknown[] })): Promise<Rows> {
    if (this.#failure !== undefined) {
      throw new DsrError('INTERNAL', 'the transaction was spoiled by an earlier error', { cause: this.#failure.error })
    }
    try {
      return await this.#client.query<Record<string, unknown>>(query)
    } catch (cause) {
      this.#failure = failureOf(cause)
      throw this.#failure.error
    }
  }

  #release(isBroken: boolean): void {
    this.#client.off('error', this.#onLost)
    this.#client.release(isBroken || this.#isLost)
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (cause) {
    throw failureOf(cause).error
  }
}

/**
 * Set for the transaction only, so that they also hold behind a connection pooler. Every search is planned with its values: few
 * rows of many are due, parked or unpublished, and a plan that does not know the values walks over all the others.
 */
export function settingsOf({ statementTimeoutMs, idleTimeoutMs }: SessionTimeouts): string {
  return [
    `set local statement_timeout = ${statementTimeoutMs}`,
    `set local idle_in_transaction_session_timeout = ${idleTimeoutMs}`,
    'set local plan_cache_mode = force_custom_plan',
  ].join('; ')
}
