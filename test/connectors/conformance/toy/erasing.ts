import { createHash } from 'node:crypto'
import { DsrError, expectObject, expectText, isDsrError, readJson } from '../../../../src/connector/index.ts'
import type {
  Context,
  EffectAnswer,
  EffectCall,
  EffectMember,
  PartFinding,
  PlannedEffect,
  Readback,
  VerifyReport,
  VerifySubject,
  WritingVerb,
} from '../../../../src/connector/index.ts'
import { askToy, listToy, readToy } from './ask.ts'
import type { Flaw } from './flaws.ts'
import { HOMES } from './reading.ts'

const JOB_MS = 120_000

export function eraseVerb(flaw?: Flaw): WritingVerb {
  return {
    plan: async (context, { records, kept, identifiers }) => {
      await control(context, flaw)
      const wanted = flaw === 'ignores_kept' ? [...records, ...kept] : records
      const live = await Promise.all(wanted.map(async (one) => ((await isThere(context, flaw, one)) ? [one] : [])))
      const stops = wanted.length === 0 ? [] : identifiers.filter(({ kind }) => kind === 'email')
      const effects = live.flat().map(({ part, ref }): PlannedEffect => ({
        step: STEPS[part] ?? '',
        target: ref,
        part,
        after: part === 'contact' ? ['stop', 'delete_notes', 'delete_deal'] : [],
      }))
      const all = [
        ...stops.map(({ value }) => ({ step: 'stop', target: value, part: 'suppression', after: [] })),
        ...effects,
      ]
      const kind = flaw === 'forgets_notes' ? all.filter(({ part }) => part !== 'notes') : all
      return flaw === 'plans_at_random' ? [...kind].sort(() => Math.random() - 0.5) : kind
    },
    perform: (context, call) => perform(context, call, flaw),
    readBack: async (context, call) => {
      await control(context, flaw)
      return Promise.all(
        call.members.map(async ({ key, target }) => ({
          key,
          answer: await lookBack(context, flaw, { step: call.step, target }),
        })),
      )
    },
    poll: async (context, { members }) => {
      const answers = members.map(async (member) => ({ key: member.key, answer: await poll(context, flaw, member) }))
      return Promise.all(answers)
    },
  }
}

const STEPS: Readonly<Record<string, string>> = {
  contact: 'erase_contact',
  notes: 'delete_notes',
  deals: 'delete_deal',
}
const PARTS: Readonly<Record<string, string>> = {
  erase_contact: 'contact',
  delete_notes: 'notes',
  delete_deal: 'deals',
}

async function perform(
  context: Context,
  call: EffectCall,
  flaw?: Flaw,
): Promise<{ key: string; answer: EffectAnswer }[]> {
  const deal = flaw === 'deletes_a_neighbour' && call.step === 'stop' ? await lastDeal(context) : undefined
  const send = () =>
    askToy(context, flaw, deal === undefined ? requestOf(call) : { method: 'DELETE', path: `/deals/${deal}` })
  const reply = await send().catch((error: unknown) => {
    if (flaw === 'retries_blindly' && isDsrError(error)) return send()
    throw error
  })
  const answered = flaw === 'answers_half_a_batch' && call.members.length > 1 ? call.members.slice(1) : call.members
  return answered.map(({ key }) => ({ key, answer: answerOf(context, flaw, { call, reply }) }))
}

function requestOf({ step, members }: EffectCall): Parameters<typeof askToy>[2] {
  const targets = members.map(({ target }) => target)
  switch (step) {
    case 'stop':
      return { method: 'POST', path: '/stops', json: { emails: targets } }
    case 'delete_notes':
      return { method: 'POST', path: '/notes/delete', json: { ids: targets } }
    case 'delete_deal':
      return { method: 'DELETE', path: `/deals/${targets[0] ?? ''}` }
    default:
      return { method: 'POST', path: `/contacts/${targets[0] ?? ''}/erase` }
  }
}

/** Somebody's deal: the list is in the order of planting, and the subject was planted first. */
async function lastDeal(context: Context): Promise<string> {
  let last = ''
  for await (const deal of listToy(context, undefined, '/deals')) last = expectText(deal.id)
  return last
}

interface Answered {
  readonly call: EffectCall
  readonly reply: { readonly status: number; readonly body: Buffer }
}

function answerOf(context: Context, flaw: Flaw | undefined, { call, reply }: Answered): EffectAnswer {
  if (reply.status === 404) return { kind: 'already' }
  if (reply.status === 409) return { kind: 'rejected', code: 'VENDOR_REFUSED' }
  if (reply.status !== 202) return { kind: 'done' }
  if (flaw === 'reports_job_as_done') return { kind: 'done' }
  const jobRef = expectText(expectObject(readJson(reply)).job)
  const finishesByMs = context.clock.nowMs() + JOB_MS
  return call.step === 'erase_contact'
    ? { kind: 'accepted', jobRef, checkAfterMs: 30_000, finishesByMs }
    : { kind: 'unknown' }
}

async function lookBack(context: Context, flaw: Flaw | undefined, { step, target }: { step: string; target: string }) {
  if (flaw === 'read_back_always_happened') return { kind: 'happened' } as const
  const isStop = step === 'stop'
  const path = isStop ? `/stops/${encodeURIComponent(target)}` : `${HOMES[PARTS[step] ?? ''] ?? ''}/${target}`
  const isFound = (await readToy(context, flaw, path)) !== undefined
  if (flaw === 'read_back_never_happened') return { kind: 'cannot_tell' } as const
  return { kind: isFound === isStop ? 'happened' : 'not_happened' } as const
}

async function poll(context: Context, flaw: Flaw | undefined, { jobRef }: EffectMember): Promise<EffectAnswer> {
  const job = await readToy(context, flaw, `/jobs/${jobRef ?? ''}`)
  if (job === undefined) throw new DsrError('VENDOR_REFUSED', 'the toy vendor does not know its job')
  if (job.state === 'done') return { kind: 'done' }
  return { kind: 'accepted', jobRef: jobRef ?? '', checkAfterMs: 30_000, finishesByMs: context.clock.nowMs() + JOB_MS }
}

async function control(context: Context, flaw?: Flaw): Promise<Readback> {
  if (flaw === 'reads_404_as_gone_without_control') return readbackOf(context, 'control', 1)
  const me = await readToy(context, flaw, '/me')
  if (me?.account !== 'toy') throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the control shows nothing')
  return readbackOf(context, 'control', 1)
}

function readbackOf(context: Context, queryClass: string, result: number): Readback {
  const responseDigest = createHash('sha256').update(`${queryClass} ${result}`).digest('hex')
  return { queryClass, result, responseDigest, atMs: context.clock.nowMs() }
}

async function isThere(context: Context, flaw: Flaw | undefined, one: { part: string; ref: string }): Promise<boolean> {
  try {
    return (await readToy(context, flaw, `${HOMES[one.part] ?? ''}/${one.ref}`)) !== undefined
  } catch (error) {
    if (flaw === 'reads_404_as_gone_without_control' && isDsrError(error, 'VENDOR_CREDENTIALS_REJECTED')) return false
    throw error
  }
}

export async function verify(
  context: Context,
  { records, identifiers }: VerifySubject,
  flaw?: Flaw,
): Promise<VerifyReport> {
  const shown = await control(context, flaw)
  const findings: PartFinding[] = []
  for (const part of ['contact', 'notes', 'deals']) {
    const planned = records.filter((record) => record.part === part)
    const there = new Set<string>()
    for (const one of planned) if (await isThere(context, flaw, one)) there.add(one.ref)
    if (part === 'contact') for (const ref of await refsBy(context, flaw, identifiers)) there.add(ref)
    const isAbsent = there.size === 0 || flaw === 'verify_always_absent'
    const remaining = isAbsent ? 0 : there.size
    findings.push({ part, looked: planned.length, remaining, verdict: { kind: isAbsent ? 'absent' : 'present' } })
  }
  return { control: shown, findings, readbacks: [readbackOf(context, 'records_by_id', records.length)] }
}

async function refsBy(
  context: Context,
  flaw: Flaw | undefined,
  identifiers: VerifySubject['identifiers'],
): Promise<readonly string[]> {
  const refs: string[] = []
  for (const { kind, value } of identifiers) {
    for await (const contact of listToy(context, flaw, `/contacts?${kind}=${encodeURIComponent(value)}`)) {
      refs.push(expectText(contact.id))
    }
  }
  return refs
}
