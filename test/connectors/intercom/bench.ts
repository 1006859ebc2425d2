import { intercom } from '../../../connectors/intercom/index.ts'
import { startSandbox } from '../../../connectors/intercom/sandbox.ts'
import type {
  Context,
  EffectCall,
  EffectAnswer,
  FoundRecord,
  Identifier,
  JsonObject,
  JsonValue,
  LegSubject,
  PartFinding,
  PlannedEffect,
  PlannedRecord,
  ReadBackAnswer,
  Search,
  VerifyReport,
  WritingRight,
  WritingVerb,
} from '../../../src/connector/index.ts'
import { expectText, isDsrError } from '../../../src/connector/index.ts'
import { openLab } from '../conformance/lab.ts'
import type { Lab } from '../conformance/lab.ts'

export interface BenchOptions {
  readonly switches?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, JsonValue>>
  readonly ownDomains?: readonly string[]
}

/** A lab of Intercom with account options, and short ways to what the tests of its traps need. */
export interface Bench {
  readonly lab: Lab
  readonly context: Context
  readonly discover: (search: Partial<Search> & Pick<Search, 'identifiers'>) => Promise<readonly FoundRecord[]>
  /** The subject's share of an approved plan for a right. */
  readonly legOf: (leg: Partial<LegSubject> & Pick<LegSubject, 'right'>) => Promise<LegSubject>
  /** Sends a call to the sandbox as somebody else's program would, past the connector. */
  readonly send: (method: string, path: string, body?: JsonValue) => Promise<JsonObject>
  /** A contact that somebody else creates; its id. */
  readonly addContact: (contact: JsonObject) => Promise<string>
  readonly verify: (leg: LegSubject) => Promise<VerifyReport>
}

export async function withBench(options: BenchOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
  const lab = await openLab({ connector: intercom, startSandbox }, { switches: options.switches ?? {} })
  const context: Context = {
    ...lab.context,
    account: { ...lab.context.account, options: options.options ?? {}, ownDomains: options.ownDomains ?? [] },
  }
  const discover: Bench['discover'] = async (search) => {
    const records: FoundRecord[] = []
    for await (const record of intercom.discover(context, { right: 'erasure', names: [], ...search }))
      records.push(record)
    return records
  }
  try {
    await run({
      lab,
      context,
      discover,
      legOf: async (leg) => {
        const { identifiers } = lab.subject
        const found = await discover({ right: leg.right, identifiers })
        return { records: found.map(planned), kept: [], identifiers, ...leg }
      },
      send: (method, path, body) => sendAs(lab, { method, path, body }),
      addContact: async (contact) =>
        expectText((await sendAs(lab, { method: 'POST', path: '/contacts', body: contact })).id),
      verify: (leg) => intercom.verify(context, { ...leg, records: [...leg.records, ...leg.kept] }),
    })
    lab.leaks.expectNone()
  } finally {
    await lab.close()
  }
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly body: JsonValue | undefined
}

async function sendAs(lab: Lab, { method, path, body }: Sent): Promise<JsonObject> {
  const reply = await fetch(lab.sandbox.baseUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${lab.sandbox.token}`,
      'intercom-version': '2.16',
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (await reply.json()) as JsonObject
}

export function planned({ part, ref, parentRef, content }: FoundRecord): PlannedRecord {
  return { part, ref, content, ...(parentRef === undefined ? {} : { parentRef }) }
}

export function email(value: string): Identifier {
  return { kind: 'email', value }
}

export function inPart<Record extends { readonly part: string }>(
  records: readonly Record[],
  part: string,
): readonly Record[] {
  return records.filter((record) => record.part === part)
}

/** The reasons of the candidates, `certain` for the others. */
export function worthOf(records: readonly FoundRecord[]): readonly string[] {
  return records.map(({ attribution }) => (attribution.kind === 'certain' ? 'certain' : attribution.reason))
}

export function findingOf({ findings }: VerifyReport, part: string): PartFinding | undefined {
  return findings.find((finding) => finding.part === part)
}

export function verdictOf(report: VerifyReport, part: string): string | undefined {
  return findingOf(report, part)?.verdict.kind
}

export function verbOf(right: WritingRight): WritingVerb {
  const verb = intercom.writing[right]
  if (verb === undefined) throw new Error('the connector lacks the verb')
  return verb
}

function callOf(right: WritingRight, { step, target, details }: PlannedEffect): EffectCall {
  return { right, step, members: [{ key: 'one', target, ...(details === undefined ? {} : { details }) }] }
}

/** Carries out one effect; the kind of its answer, or the code of its error. */
export async function carryOut(
  context: Context,
  right: WritingRight,
  effect: PlannedEffect | undefined,
): Promise<string> {
  if (effect === undefined) throw new Error('the plan lacks the effect')
  try {
    const [answer] = await verbOf(right).perform(context, callOf(right, effect))
    return kindOf(answer?.answer)
  } catch (error) {
    if (!isDsrError(error)) throw error
    return error.mayHaveArrived ? `${error.code}?` : error.code
  }
}

/** Carries out a plan in its order; the kinds of the answers. */
export async function carryOutAll(
  context: Context,
  right: WritingRight,
  plan: readonly PlannedEffect[],
): Promise<readonly string[]> {
  const kinds: string[] = []
  for (const effect of plan) kinds.push(await carryOut(context, right, effect))
  return kinds
}

export async function lookBack(context: Context, right: WritingRight, effect: PlannedEffect): Promise<string> {
  const [answer] = await verbOf(right).readBack(context, callOf(right, effect))
  return kindOf(answer?.answer)
}

function kindOf(answer: EffectAnswer | ReadBackAnswer | undefined): string {
  if (answer === undefined) return 'none'
  return answer.kind === 'rejected' ? answer.code : answer.kind
}
