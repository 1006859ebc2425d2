import { hubspot } from '../../../connectors/hubspot/index.ts'
import { startSandbox } from '../../../connectors/hubspot/sandbox.ts'
import { textAt } from '../../../src/connector/index.ts'
import * as kit from '../kit/bench.ts'
import type { BenchOptions } from '../kit/bench.ts'

export { email, inPart, verdictIn, worthOf } from '../kit/bench.ts'

export interface Bench extends kit.Bench {
  /** A contact that somebody else creates; its id. */
  readonly addContact: (properties: Readonly<Record<string, string>>) => Promise<string>
}

const headers = (token: string) => ({ authorization: `Bearer ${token}` })

export function withBench(options: BenchOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  return kit.withBench({ connector: hubspot, startSandbox, headers }, options, (bench) =>
    run({
      ...bench,
      addContact: async (properties) =>
        textAt(await bench.send('POST', '/crm/v3/objects/contacts', { properties: { ...properties } }), 'id'),
    }),
  )
}
