import type {
  Connector,
  Context,
  EffectAnswer,
  EffectCall,
  FoundRecord,
  Identifier,
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
import { isDsrError } from '../../../src/connector/index.ts'
import { openLab } from '../conformance/lab.ts'
import type { Candidate, Lab } from '../conformance/lab.ts'

/** A connector to try, and how somebody else's program would log in at its sandbox. */
export interface Workpiece extends Candidate {
  readonly headers: (token: string) => Readonly<Record<string, string>>
}

export interface BenchOptions {
  readonly switches?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, JsonValue>>
  readonly ownDomains?: readonly string[]
}

/** A lab of one connector with account options, and short ways to what the tests of a vendor's traps need. */
export interface Bench {
  readonly lab: Lab
  readonly connector: Connector
  readonly context: Context
  readonly discover: (search: Partial<Search> & Pick<Search, 'identifiers'>) => Promise<readonly FoundRecord[]>
  /** The lab's subject as the share of an approved plan for a right: everything found, unless the leg says otherwise. */
  readonly legOf: (leg: Partial<LegSubject> & Pick<LegSubject, 'right'>) => Promise<LegSubject>
  readonly verify: (leg: LegSubject) => Promise<VerifyReport>
  /** Sends a call to the sandbox as somebody else's program would, past the connector; `null` for an empty answer. */
  readonly send: (method: string, path: string, body?: JsonValue) => Promise<JsonValue>
}

export type WithBench = (options: BenchOptions, run: (bench: Bench) => Promise<void>) => Promise<void>

/** Runs a test on a bench of its own, and looks for leaks when it has ended well. */
export async function withBench(
  piece: Workpiece,
  options: BenchOptions,
  run: (bench: Bench) => Promise<void>,
): Promise<void> {
  const lab = await openLab(piece, { switches: options.switches ?? {} })
  try {
    await run(benchOn(lab, piece, options))
    lab.leaks.expectNone()
  } finally {
    await lab.close()
  }
}

function benchOn(lab: Lab, { connector, headers }: Workpiece, options: BenchOptions): Bench {
  const context: Context = {
    ...lab.context,
    account: { ...lab.context.account, options: options.options ?? {}, ownDomains: options.ownDomains ?? [] },
  }
  const discover: Bench['discover'] = async (search) => {
    const records: FoundRecord[] = []
    for await (const record of connector.discover(context, { right: 'erasure', names: [], ...search }))
      records.push(record)
    return records
  }
  return {
    lab,
    connector,
    context,
    discover,
    legOf: async (leg) => {
      const { identifiers } = lab.subject
      const records = leg.records ?? (await discover({ right: leg.right, identifiers })).map(planned)
      return { kept: [], identifiers, ...leg, records }
    },
    verify: (leg) => connector.verify(context, { ...leg, records: [...leg.records, ...leg.kept] }),
    send: async (method, path, body) => {
      const reply = await fetch(lab.sandbox.baseUrl + path, {
        method,
        headers: { ...headers(lab.sandbox.token), 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await reply.text()
      return text === '' ? null : (JSON.parse(text) as JsonValue)
    },
  }
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

export function findingOf({ findings }: Pick<VerifyReport, 'findings'>, part: string): PartFinding | undefined {
  return findings.find((finding) => finding.part === part)
}

export function verdictOf(report: Pick<VerifyReport, 'findings'>, part: string): string | undefined {
  return findingOf(report, part)?.verdict.kind
}

/** The whole verdict of a part, with its date or reason. */
export function verdictIn(findings: readonly PartFinding[], part: string): PartFinding['verdict'] | undefined {
  return findings.find((finding) => finding.part === part)?.verdict
}

export function verbOf({ connector }: Pick<Bench, 'connector'>, right: WritingRight): WritingVerb {
  const verb = connector.writing[right]
  if (verb === undefined) throw new Error('the connector does not claim this right')
  return verb
}

/** Carries out one effect; the kind of its answer, the code of its refusal, or of its error (with `?` = may have arrived). */
export async function carryOut(bench: Bench, right: WritingRight, effect: PlannedEffect | undefined): Promise<string> {
  if (effect === undefined) throw new Error('the plan lacks the effect')
  try {
    const [answer] = await verbOf(bench, right).perform(bench.context, callOf(right, effect))
    return kindOf(answer?.answer)
  } catch (error) {
    if (!isDsrError(error)) throw error
    return error.mayHaveArrived ? `${error.code}?` : error.code
  }
}

/** Carries out a plan in its order, one effect a call; the kinds of the answers. */
export async function carryOutAll(
  bench: Bench,
  right: WritingRight,
  plan: readonly PlannedEffect[],
): Promise<readonly string[]> {
  const kinds: string[] = []
  for (const effect of plan) kinds.push(await carryOut(bench, right, effect))
  return kinds
}

export async function lookBack(bench: Bench, right: WritingRight, effect: PlannedEffect): Promise<string> {
  const [answer] = await verbOf(bench, right).readBack(bench.context, callOf(right, effect))
  return kindOf(answer?.answer)
}

/** The changing calls that reached the sandbox, as method and path. */
export function changesIn({ lab }: Pick<Bench, 'lab'>): readonly string[] {
  return lab.sandbox
    .calls()
    .filter(({ isChange }) => isChange)
    .map(({ method, path }) => `${method} ${path}`)
}

function callOf(right: WritingRight, { step, target, details }: PlannedEffect): EffectCall {
  return { right, step, members: [{ key: 'one', target, ...(details === undefined ? {} : { details }) }] }
}

function kindOf(answer: EffectAnswer | ReadBackAnswer | undefined): string {
  if (answer === undefined) return 'none'
  return answer.kind === 'rejected' ? answer.code : answer.kind
}
