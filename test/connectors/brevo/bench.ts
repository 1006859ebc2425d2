import { brevo } from '../../../connectors/brevo/index.ts'
import { startSandbox } from '../../../connectors/brevo/sandbox.ts'
import { expectObject, isJsonObject, textAt } from '../../../src/connector/index.ts'
import type { JsonObject, LegSubject, PlannedEffect, PlannedRecord } from '../../../src/connector/index.ts'
import { act } from '../conformance/acting.ts'
import * as kit from '../kit/bench.ts'
import type { BenchOptions } from '../kit/bench.ts'

export * from '../kit/bench.ts'

export interface Bench extends kit.Bench {
  /** A contact as Brevo shows it to anyone with the key; undefined when there is none. */
  readonly contactNow: (identifier: string, identifierType?: string) => Promise<JsonObject | undefined>
  /** A contact that somebody else creates. */
  readonly addContact: (contact: JsonObject) => Promise<string>
}

export function withBench(options: BenchOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  const piece = { connector: brevo, startSandbox, headers: (token: string) => ({ 'api-key': token }) }
  return kit.withBench(piece, options, (bench) =>
    run({
      ...bench,
      contactNow: async (identifier, identifierType = 'email_id') => {
        // The connector's limiter does not know of calls past it.
        bench.lab.clock.push(1_001)
        const path = `/v3/contacts/${encodeURIComponent(identifier)}?identifierType=${identifierType}`
        const contact = expectObject(await bench.send('GET', path))
        return contact.code === undefined ? contact : undefined
      },
      addContact: async (contact) => {
        const id = textAt(await bench.send('POST', '/v3/contacts', contact), 'id')
        bench.lab.clock.push(1_001)
        return id
      },
    }),
  )
}

/** The ids of the person's two contacts, the customer first. */
export function ownIds({ lab }: kit.Bench): readonly [string, string] {
  const [customer = '', second = ''] = lab.subject.refs.contact ?? []
  return [customer, second]
}

export function contentOf({ content }: Pick<PlannedRecord, 'content'>): JsonObject {
  return isJsonObject(content) ? content : {}
}

export async function planFor(bench: Bench, more: Partial<LegSubject> = {}) {
  const leg = await bench.legOf({ right: 'erasure', ...more })
  return { leg, plan: await kit.verbOf(bench, 'erasure').plan(bench.context, leg) }
}

/** Acts as the engine does: order, batches, polls. */
export async function eraseAll(bench: Bench, more: Partial<LegSubject> = {}) {
  const { leg, plan } = await planFor(bench, more)
  const running = await act(bench.lab, [plan], { context: bench.context })
  return { leg, plan, running }
}

export function effectOf(plan: readonly PlannedEffect[], step: string): PlannedEffect {
  const found = plan.find((effect) => effect.step === step)
  if (found === undefined) throw new Error('the plan lacks the step')
  return found
}
