import { Query, type Connection } from 'pg'
import type { Statement } from './statements.ts'

/** What the server answered to one statement: rows as text, in the order of the selected columns, and how many it touched. */
export interface Answer {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly count: number
}

interface Sent {
  readonly statement: Statement
  readonly rows: (readonly (string | null)[])[]
  readonly answered: (answer: Answer) => void
  readonly failed: (cause: unknown) => void
}

/**
 * Several statements that leave in one piece and are answered in one piece: one wake-up of the server and one of ours, however many
 * there are. When one fails, the server passes over all that follow it; each of them fails with the same cause.
 */
export class Batch extends Query {
  readonly #sent: Sent[] = []
  #at = 0
  #parsed: Set<string> | undefined
  #fresh: string[] = []

  constructor() {
    // The driver wants a text; what is sent are the statements.
    super('')
    // Whoever waits for a statement hears of its failure; the driver has nobody else to tell.
    Object.assign(this, { callback: () => undefined })
  }

  get size(): number {
    return this.#sent.length
  }

  add(statement: Statement): Promise<Answer> {
    return new Promise((answered, failed) => {
      this.#sent.push({ statement, rows: [], answered, failed })
    })
  }

  /** Called by the driver when it is this batch's turn to be written. */
  override submit = (connection: Connection): void => {
    this.#parsed = parsedOn(connection)
    connection.stream.cork()
    for (const { statement } of this.#sent) this.#write(connection, statement)
    connection.sync()
    connection.stream.uncork()
  }

  #write(connection: Connection, { name, text, values }: Statement): void {
    if (!this.#parsed?.has(name)) {
      // An earlier batch may have failed before or after this one was prepared: closing what does not exist is no error.
      connection.close({ type: 'S', name }, true)
      connection.parse({ name, text, types: [] }, true)
      this.#parsed?.add(name)
      this.#fresh.push(name)
    }
    connection.bind({ statement: name, values: values.map(wireValue) }, true)
    connection.execute(null, true)
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#sent[this.#at]?.rows.push(fields)
  }

  handleCommandComplete({ text }: { text: string }): void {
    const sent = this.#sent[this.#at]
    this.#at += 1
    sent?.answered({ rows: sent.rows, count: Number(/\d+$/.exec(text)?.[0] ?? 0) })
  }

  handleError(cause: unknown): void {
    for (const name of this.#fresh) this.#parsed?.delete(name)
    for (const sent of this.#sent.slice(this.#at)) sent.failed(cause)
  }

  handleReadyForQuery(): void {
    // Each statement was answered by itself.
  }
}

/** The names of statements that a connection holds ready. */
const parsed = new WeakMap<Connection, Set<string>>()

function parsedOn(connection: Connection): Set<string> {
  const known = parsed.get(connection)
  if (known) return known
  const names = new Set<string>()
  parsed.set(connection, names)
  return names
}

/** Text as the server reads it, or bytes as they are. */
function wireValue(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return Array.isArray(value) ? `{${value.map(elementText).join(',')}}` : JSON.stringify(value)
}

function elementText(element: unknown): string {
  return typeof element === 'string' ? `"${element.replace(/[\\"]/g, '\\$&')}"` : JSON.stringify(element)
}
