import { pipedrive } from '../../../connectors/pipedrive/index.ts'
import { startSandbox } from '../../../connectors/pipedrive/sandbox.ts'
import { objectAt, objectsAt, textAt, valueAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import * as kit from '../kit/bench.ts'
import type { BenchOptions } from '../kit/bench.ts'

export { changesIn, email, inPart, verbOf, verdictIn, worthOf } from '../kit/bench.ts'

export interface Bench extends kit.Bench {
  /** A person that somebody else creates; its id. */
  readonly addPerson: (name: string, emails: readonly string[]) => Promise<string>
}

const headers = (token: string) => ({ 'x-api-token': token })

/** `send` gives the `data` of the answer. */
export function withBench(options: BenchOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  return kit.withBench({ connector: pipedrive, startSandbox, headers }, options, (bench) => {
    const send: Bench['send'] = async (...call) => valueAt(await bench.send(...call), 'data') ?? null
    return run({
      ...bench,
      send,
      addPerson: async (name, emails) => {
        const entries = emails.map((value, at) => ({ value, primary: at === 0 }))
        return textAt(objectAt(await send('POST', '/api/v2/persons', { name, emails: entries })), 'id')
      },
    })
  })
}

export async function personOf({ send }: Bench, id: string): Promise<JsonObject> {
  const people = await send('GET', `/api/v2/persons?ids=${id}&include_fields=marketing_status`)
  return objectsAt(people)[0] ?? {}
}
