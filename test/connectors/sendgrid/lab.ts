import { sendgrid } from '../../../connectors/sendgrid/index.ts'
import { startSandbox } from '../../../connectors/sendgrid/sandbox.ts'
import type { SendGridSandbox } from '../../../connectors/sendgrid/sandbox.ts'
import { secretOf } from '../../../src/connector/index.ts'
import type {
  Context,
  EffectAnswer,
  EffectCall,
  FoundRecord,
  Identifier,
  JsonValue,
  KeyedAnswer,
  LegSubject,
  LimiterStore,
  PlannedEffect,
  PlannedRecord,
  VerifyReport,
  WritingVerb,
} from '../../../src/connector/index.ts'
import { createTransport } from '../../../src/connector/http-transport.ts'
import { memoryLimiter } from '../../../src/connector/memory-limiter.ts'
import { inventPerson } from '../../../src/connector/testing.ts'
import type { InventedPerson, PlantedPerson } from '../../../src/connector/testing.ts'
import { accountId } from '../../../src/domain/ids.ts'

/** SendGrid's connector beside its running sandbox, with a subject in it and a clock that the test moves. */
export interface Lab {
  readonly sandbox: SendGridSandbox
  readonly context: Context
  readonly clock: { nowMs(): number; push(ms: number): void }
  readonly person: InventedPerson
  readonly subject: PlantedPerson
  close(): Promise<void>
}

export interface LabOptions {
  readonly options?: Readonly<Record<string, JsonValue>>
  readonly ownDomains?: readonly string[]
  readonly switches?: Readonly<Record<string, string>>
  readonly person?: Partial<InventedPerson>
}

const START_MS = Date.UTC(2026, 3, 1)

export async function openLab(options: LabOptions = {}): Promise<Lab> {
  let nowMs = START_MS
  const clock = { nowMs: () => nowMs, push: (ms: number) => void (nowMs += ms) }
  const sandbox = await startSandbox({ clock, seed: 7 })
  for (const [name, value] of Object.entries(options.switches ?? {})) sandbox.set(name, value)
  const signal = new AbortController().signal
  const limiter = memoryLimiter(clock)
  const patient: LimiterStore = {
    take: async (asks) => {
      for (;;) {
        const answer = await limiter.take(asks)
        if (answer.kind === 'granted') return answer
        clock.push(answer.waitMs)
      }
    },
    hold: (key, untilMs) => limiter.hold(key, untilMs),
  }
  const transport = createTransport({
    baseUrl: sandbox.baseUrl,
    allow: [new URL(sandbox.baseUrl).host],
    limiter: patient,
    buckets: sendgrid.manifest.buckets,
    limiterScopeKey: 'lab',
    clock,
    signal,
    ...(sendgrid.interpretHold === undefined ? {} : { interpretHold: sendgrid.interpretHold }),
  })
  const person = { ...inventPerson(41), ...options.person }
  return {
    sandbox,
    clock,
    person,
    context: {
      account: {
        id: accountId('sendgrid-lab'),
        baseUrl: sandbox.baseUrl,
        options: options.options ?? {},
        ownDomains: options.ownDomains ?? [],
      },
      secret: secretOf(sandbox.token),
      transport,
      clock,
      signal,
    },
    subject: sandbox.plant(person),
    close: async () => {
      await transport.close()
      await sandbox.stop()
    },
  }
}

export async function withLab(options: LabOptions, run: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await openLab(options)
  try {
    await run(lab)
  } finally {
    await lab.close()
  }
}

export async function discover(
  { context }: Lab,
  identifiers: readonly Identifier[],
  names: readonly string[] = [],
): Promise<readonly FoundRecord[]> {
  const records: FoundRecord[] = []
  for await (const record of sendgrid.discover(context, { right: 'erasure', identifiers, names })) records.push(record)
  return records
}

export function byEmail(value: string): readonly Identifier[] {
  return [{ kind: 'email', value }]
}

export function planned({ part, ref, parentRef, content }: FoundRecord): PlannedRecord {
  return { part, ref, content, ...(parentRef === undefined ? {} : { parentRef }) }
}

export function refsOf(records: readonly FoundRecord[], part: string): readonly string[] {
  return records.filter((record) => record.part === part).map(({ ref }) => ref)
}

export function eraser(): WritingVerb {
  const { erasure } = sendgrid.writing
  if (erasure === undefined) throw new Error('the connector erases')
  return erasure
}

/** The certain records of the subject as an approved leg. */
export async function approvedLeg(lab: Lab, more: Partial<LegSubject> = {}): Promise<LegSubject> {
  const records = await discover(lab, lab.subject.identifiers)
  return {
    right: 'erasure',
    records: records.filter(({ attribution }) => attribution.kind === 'certain').map(planned),
    kept: [],
    identifiers: lab.subject.identifiers,
    ...more,
  }
}

export function callOf(effects: readonly PlannedEffect[], jobRef?: string): EffectCall {
  return {
    right: 'erasure',
    step: effects[0]?.step ?? '',
    members: effects.map(({ target, details }) => ({
      key: target,
      target,
      ...(details === undefined ? {} : { details }),
      ...(jobRef === undefined ? {} : { jobRef }),
    })),
  }
}

/** A call of one step on bare targets. */
export function bareCall(step: string, targets: readonly string[]): EffectCall {
  return { right: 'erasure', step, members: targets.map((target) => ({ key: target, target })) }
}

export function answerTo(
  answers: readonly { readonly key: string; readonly answer: EffectAnswer }[],
  key: string,
): EffectAnswer | undefined {
  return answers.find((one) => one.key === key)?.answer
}

/** Carries out a plan step by step in the order of the plan, each polled to its end; the last answer by step. */
export async function carryOut(
  lab: Lab,
  plan: readonly PlannedEffect[],
): Promise<ReadonlyMap<string, readonly EffectAnswer[]>> {
  const endings = new Map<string, readonly EffectAnswer[]>()
  for (const step of new Set(plan.map((effect) => effect.step))) {
    const effects = plan.filter((effect) => effect.step === step)
    const most = sendgrid.manifest.steps[step]?.batchMax ?? 1
    const ended: EffectAnswer[] = []
    for (let at = 0; at < effects.length; at += most) {
      ended.push(...(await sent(lab, effects.slice(at, at + most))))
    }
    endings.set(step, ended)
  }
  return endings
}

/** One call, and each member alone that the call was split from before anything was sent. */
async function sent(lab: Lab, effects: readonly PlannedEffect[]): Promise<readonly EffectAnswer[]> {
  const call = callOf(effects)
  const answers = await eraser().perform(lab.context, call)
  const again = effects.filter(({ target }) => effects.length > 1 && answerTo(answers, target)?.kind === 'split')
  const ended = [...(await polled(lab, call, answers))]
  for (const effect of again) ended.push(...(await sent(lab, [effect])))
  return ended.filter(({ kind }, at) => kind !== 'split' || at >= effects.length || again.length === 0)
}

async function polled(
  lab: Lab,
  call: EffectCall,
  first: readonly KeyedAnswer<EffectAnswer>[],
): Promise<readonly EffectAnswer[]> {
  let answers = first
  for (let poll = 0; poll < 300; poll += 1) {
    const waiting = answers.flatMap(({ key, answer }) => (answer.kind === 'accepted' ? [{ key, answer }] : []))
    if (waiting.length === 0) break
    lab.clock.push(Math.max(...waiting.map(({ answer }) => answer.checkAfterMs)))
    const members = waiting.map(({ key, answer }) => ({ key, target: key, jobRef: answer.jobRef }))
    const later = await eraser().poll(lab.context, { ...call, members })
    answers = answers.map((one) => later.find(({ key }) => key === one.key) ?? one)
  }
  return answers.map(({ answer }) => answer)
}

export function lookAgain(lab: Lab, leg: LegSubject): Promise<VerifyReport> {
  return sendgrid.verify(lab.context, { right: 'erasure', records: leg.records, identifiers: leg.identifiers })
}

export function verdictOf(report: VerifyReport, part: string): string | undefined {
  return report.findings.find((finding) => finding.part === part)?.verdict.kind
}

/** The changing calls that reached the sandbox. */
export function changesOf({ sandbox }: Lab) {
  return sandbox.calls().filter(({ isChange }) => isChange)
}
