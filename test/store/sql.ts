import { Client } from 'pg'

/** A connection of its own beside the store: the hand of an operator. */
export class Sql {
  readonly #client: Client

  private constructor(client: Client) {
    this.#client = client
  }

  static async open(databaseUrl: string): Promise<Sql> {
    const client = new Client({ connectionString: databaseUrl })
    await client.connect()
    return new Sql(client)
  }

  async run<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    const { rows } = await this.#client.query(text, values)
    // Each test names the row that its own statement gives.
    return rows as Row[]
  }

  /** The server's code for what it refused; undefined when it did not. */
  async codeOf(text: string, values: unknown[] = []): Promise<string | undefined> {
    return this.run(text, values).then(
      () => undefined,
      (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'no code'),
    )
  }

  /** Polls until the statement gives a row. */
  async until<Row>(text: string): Promise<Row> {
    for (;;) {
      const [row] = await this.run<Row>(text)
      if (row !== undefined) return row
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  close(): Promise<void> {
    return this.#client.end()
  }
}
