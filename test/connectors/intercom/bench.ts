import { intercom } from '../../../connectors/intercom/index.ts'
import { startSandbox } from '../../../connectors/intercom/sandbox.ts'
import { expectObject, expectText } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import * as kit from '../kit/bench.ts'
import type { BenchOptions } from '../kit/bench.ts'

export {
  carryOut,
  carryOutAll,
  email,
  findingOf,
  inPart,
  lookBack,
  planned,
  verbOf,
  verdictOf,
  worthOf,
} from '../kit/bench.ts'

export interface Bench extends Omit<kit.Bench, 'send'> {
  readonly send: (method: string, path: string, body?: JsonValue) => Promise<JsonObject>
  /** A contact that somebody else creates; its id. */
  readonly addContact: (contact: JsonObject) => Promise<string>
}

const headers = (token: string) => ({ authorization: `Bearer ${token}`, 'intercom-version': '2.16' })

export function withBench(options: BenchOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  return kit.withBench({ connector: intercom, startSandbox, headers }, options, (bench) => {
    const send: Bench['send'] = async (...call) => expectObject(await bench.send(...call))
    return run({
      ...bench,
      send,
      addContact: async (contact) => expectText((await send('POST', '/contacts', contact)).id),
    })
  })
}
