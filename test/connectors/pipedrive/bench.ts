import { pipedrive } from '../../../connectors/pipedrive/index.ts'
import { startSandbox } from '../../../connectors/pipedrive/sandbox.ts'
import type {
  Context,
  FoundRecord,
  Identifier,
  JsonObject,
  JsonValue,
  PartFinding,
  Search,
  WritingVerb,
} from '../../../src/connector/index.ts'
import type { WritingRight } from '../../../src/domain/right.ts'
import { openLab } from '../conformance/lab.ts'
import type { Lab } from '../conformance/lab.ts'

export interface BenchOptions {
  readonly switches?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, JsonValue>>
  readonly ownDomains?: readonly string[]
}

/** A lab of Pipedrive with account options, and short ways to what the tests of its traps need. */
export interface Bench {
  readonly lab: Lab
  readonly context: Context
  readonly discover: (search: Partial<Search> & Pick<Search, 'identifiers'>) => Promise<readonly FoundRecord[]>
  /** Sends a call to the sandbox as somebody else's program would, past the connector; the answer's `data`. */
  readonly send: (method: string, path: string, body?: JsonValue) => Promise<JsonValue>
  /** A person that somebody else creates; its id. */
  readonly addPerson: (name: string, emails: readonly string[]) => Promise<string>
}

export async function withBench(options: BenchOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  const lab = await openLab({ connector: pipedrive, startSandbox }, { switches: options.switches ?? {} })
  const account = { ...lab.context.account, options: options.options ?? {}, ownDomains: options.ownDomains ?? [] }
  const context: Context = { ...lab.context, account }
  const send = async (method: string, path: string, body?: JsonValue): Promise<JsonValue> => {
    const reply = await fetch(lab.sandbox.baseUrl + path, {
      method,
      headers: { 'x-api-token': lab.sandbox.token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return ((await reply.json()) as { data: JsonValue }).data
  }
  try {
    await run({
      lab,
      context,
      send,
      discover: async (search) => {
        const records: FoundRecord[] = []
        for await (const record of pipedrive.discover(context, { right: 'erasure', names: [], ...search }))
          records.push(record)
        return records
      },
      addPerson: async (name, emails) => {
        const entries = emails.map((value, at) => ({ value, primary: at === 0 }))
        const created = await send('POST', '/api/v2/persons', { name, emails: entries })
        return String((created as { id: number }).id)
      },
    })
  } finally {
    await lab.close()
  }
}

export function verbOf(right: WritingRight): WritingVerb {
  const verb = pipedrive.writing[right]
  if (verb === undefined) throw new Error('Pipedrive claims this right')
  return verb
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

/** The changing calls so far, as method and path. */
export function changesIn({ lab }: Bench): readonly string[] {
  return lab.sandbox
    .calls()
    .filter(({ isChange }) => isChange)
    .map(({ method, path }) => `${method} ${path}`)
}

export async function personOf({ send }: Bench, id: string): Promise<JsonObject> {
  const people = await send('GET', `/api/v2/persons?ids=${id}&include_fields=marketing_status`)
  return (people as JsonObject[])[0] ?? {}
}
