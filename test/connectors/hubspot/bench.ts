import { hubspot } from '../../../connectors/hubspot/index.ts'
import { startSandbox } from '../../../connectors/hubspot/sandbox.ts'
import type { Context, FoundRecord, Identifier, JsonValue, PartFinding, Search } from '../../../src/connector/index.ts'
import { openLab } from '../conformance/lab.ts'
import type { Lab } from '../conformance/lab.ts'

export interface BenchOptions {
  readonly switches?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, JsonValue>>
  readonly ownDomains?: readonly string[]
}

/** A lab of HubSpot with account options, and short ways to what the tests of its traps need. */
export interface Bench {
  readonly lab: Lab
  readonly context: Context
  readonly discover: (search: Partial<Search> & Pick<Search, 'identifiers'>) => Promise<readonly FoundRecord[]>
  /** Sends a call to the sandbox as somebody else's program would, past the connector. */
  readonly send: (method: string, path: string, body?: JsonValue) => Promise<JsonValue>
  /** A contact that somebody else creates; its id. */
  readonly addContact: (properties: Readonly<Record<string, string>>) => Promise<string>
}

export async function withBench(options: BenchOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  const lab = await openLab({ connector: hubspot, startSandbox }, { switches: options.switches ?? {} })
  const context: Context = {
    ...lab.context,
    account: {
      ...lab.context.account,
      options: options.options ?? {},
      ownDomains: options.ownDomains ?? [],
    },
  }
  const send = async (method: string, path: string, body?: JsonValue): Promise<JsonValue> => {
    const reply = await fetch(lab.sandbox.baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${lab.sandbox.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    return text === '' ? null : (JSON.parse(text) as JsonValue)
  }
  try {
    await run({
      lab,
      context,
      send,
      discover: async (search) => {
        const records: FoundRecord[] = []
        for await (const record of hubspot.discover(context, { right: 'erasure', names: [], ...search }))
          records.push(record)
        return records
      },
      addContact: async (properties) => {
        const created = await send('POST', '/crm/v3/objects/contacts', { properties: { ...properties } })
        return (created as { id: string }).id
      },
    })
  } finally {
    await lab.close()
  }
}

export function email(value: string): Identifier {
  return { kind: 'email', value }
}

export function inPart(records: readonly FoundRecord[], part: string): readonly FoundRecord[] {
  return records.filter((record) => record.part === part)
}

/** The reasons of the candidates, `certain` for the others. */
export function worthOf(records: readonly FoundRecord[]): readonly string[] {
  return records.map(({ attribution }) => (attribution.kind === 'certain' ? 'certain' : attribution.reason))
}

export function verdictOf(findings: readonly PartFinding[], part: string): PartFinding['verdict'] | undefined {
  return findings.find((finding) => finding.part === part)?.verdict
}
