import { controllerId, requestId, type ControllerId, type RecordId, type RequestId } from '../../../src/domain/ids.ts'
import type { RequestState } from '../../../src/domain/request.ts'
import type { Right } from '../../../src/domain/right.ts'
import type { Statement } from '../../../src/ledger/statement.ts'
import { verifyRecordFile } from '../../../src/ledger/verify-record.ts'
import type { TrustedKey } from '../../../src/crypto/signature.ts'
import type { Commands, DecideOrder } from '../../../src/ports/commands.ts'
import type { Actor, LegRow, RecordRow, RequestRow, SealRow } from '../../../src/ports/rows.ts'
import type { Ports } from '../../../src/ports/runtime.ts'
import type { Tx } from '../../../src/ports/store.ts'
import { createCommands } from '../../../src/flow/commands.ts'
import { createSuppressions } from '../../../src/flow/suppressions.ts'
import type { Suppressions } from '../../../src/ports/suppressions.ts'
import { openRecord } from '../../../src/stages/common/sealed.ts'
import { receiveRequest, type IntakeForm } from '../../../src/stages/intake.ts'
import type { InventedPerson } from '../../../src/connector/testing.ts'
import { until } from '../services/child.ts'

export const PORTAL: Actor = { role: 'portal', id: 'portal-key' }
export const OPS: Actor = { role: 'ops', id: 'ops-1' }
export const APPROVER: Actor = { role: 'approver', id: 'approver-1' }

/** The states in which nobody has anything to do for the request any more. */
const AT_REST: readonly RequestState[] = ['answered', 'closed', 'refused', 'withdrawn', 'plan_expired']

/** The people around an installation: the portal that hands requests in, and those who decide and approve. */
export class Portal {
  readonly #ports: Ports
  readonly #recordKey: TrustedKey
  readonly commands: Commands
  readonly suppressions: Suppressions

  constructor(ports: Ports, recordKey: TrustedKey) {
    this.#ports = ports
    this.#recordKey = recordKey
    this.commands = createCommands(ports)
    this.suppressions = createSuppressions(ports)
  }

  read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.#ports.store.transact(work)
  }

  /** Hands in a request for a person whose identity the policy accepts. */
  async receive(person: InventedPerson, right: Right, form: Partial<IntakeForm> = {}): Promise<RequestId> {
    const { request } = await receiveRequest(this.#ports, intakeForm(person, { right, ...form }))
    return request.id
  }

  async request(id: RequestId): Promise<RequestRow> {
    const row = await this.read((tx) => tx.request.get(requestId(id)))
    if (row === undefined) throw new Error('the request is lost')
    return row
  }

  legs(id: RequestId): Promise<readonly LegRow[]> {
    return this.read((tx) => tx.leg.find({ requestId: id, generation: 0 }, { orderBy: ['accountId'] }))
  }

  async untilState(id: RequestId, states: readonly RequestState[], limitMs = 60_000): Promise<RequestRow> {
    let last = await this.request(id)
    await until(
      `a request in ${states.join(' or ')}`,
      async () => {
        last = await this.request(id)
        return states.includes(last.state)
      },
      limitMs,
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}: ${await this.#describe(id)}`)
    })
    return last
  }

  async #describe(id: RequestId): Promise<string> {
    const request = await this.request(id)
    const legs = await this.legs(id)
    const effects = await this.read((tx) => tx.effect.find({ requestId: id }))
    const lively = effects.filter((one) => one.state !== 'done' || one.tries > 3)
    const states = legs.map((leg) => `${leg.accountId} ${leg.state} ${leg.parkedReason ?? ''} ${leg.errorCode ?? ''}`)
    return [
      request.state,
      ...states,
      ...lively.map((one) => `${one.step} ${one.state} ${one.tries} ${one.errorCode ?? ''}`),
    ].join('; ')
  }

  openCandidates(id: RequestId): Promise<readonly RecordRow[]> {
    return this.read((tx) => tx.record.find({ requestId: id, isCertain: false, decision: null }))
  }

  /** The same as a person sees them: with the account, the place and the vendor's reference of each. */
  async openCandidatesAsFound(id: RequestId): Promise<readonly { recordId: RecordId; place: string }[]> {
    const vault = this.#ports.vault.open(await this.request(id))
    const accounts = new Map((await this.legs(id)).map((leg) => [leg.id, leg.accountId]))
    return (await this.openCandidates(id)).map((row) => ({
      recordId: row.id,
      place: `${accounts.get(row.legId) ?? ''}/${row.part}/${openRecord(vault, row).ref}`,
    }))
  }

  /** Decides every open candidate in the same way. */
  async decideAll(id: RequestId, decision: DecideOrder['decisions'][number]['decision'] = 'subject'): Promise<number> {
    const open = await this.openCandidates(id)
    const decisions = open.map((row) => ({ recordId: row.id, decision, law: null, untilMs: null }))
    await this.commands.decide({ requestId: id, actor: OPS, reason: 'looked at', decisions })
    return open.length
  }

  async approve(id: RequestId): Promise<void> {
    const { planHash } = await this.request(id)
    await this.commands.approve({ requestId: id, actor: APPROVER, reason: null, planHash: planHash ?? '' })
  }

  /** Does what a person is asked for until nothing is left to do: decides for the subject, approves. */
  async lead(id: RequestId, limitMs = 90_000): Promise<RequestRow> {
    const end = performance.now() + limitMs
    for (;;) {
      const left = Math.max(1, end - performance.now())
      const { state } = await this.untilState(id, ['awaiting_decision', 'awaiting_approval', ...AT_REST], left)
      if (AT_REST.includes(state)) return this.request(id)
      if (state === 'awaiting_decision') await this.decideAll(id)
      else await this.approveOnce(id)
      await until('the next step', async () => !(await this.#stillWaits(id, state)), left)
    }
  }

  async approveOnce(id: RequestId): Promise<void> {
    const { approval } = await this.request(id)
    if (approval === null) await this.approve(id)
  }

  async #stillWaits(id: RequestId, state: RequestState): Promise<boolean> {
    return (await this.request(id)).state === state
  }

  async seal(id: RequestId, generation = 0): Promise<SealRow> {
    const [row] = await this.read((tx) => tx.seal.find({ requestId: id, generation }))
    if (row === undefined) throw new Error('no record was sealed')
    return row
  }

  /** The completion record, checked offline with the installation's public key alone. */
  async record(id: RequestId, generation = 0): Promise<Statement> {
    const verdict = verifyRecordFile((await this.seal(id, generation)).envelope, [this.#recordKey])
    if (verdict.kind === 'invalid') throw new Error(`the record is not valid: ${verdict.code} ${verdict.reason}`)
    return verdict.statement
  }

  /** What became of each part that is not `nothing_found`, by account and part, as the record says it. */
  async outcomes(id: RequestId): Promise<Readonly<Record<string, string>>> {
    const { predicate } = await this.record(id)
    const parts = predicate.legs.flatMap((leg) =>
      leg.parts.map((part) => [`${leg.account}/${part.part}`, part.outcome.kind] as const),
    )
    return Object.fromEntries(parts.filter(([, kind]) => kind !== 'nothing_found'))
  }
}

export function intakeForm(person: InventedPerson, form: Partial<IntakeForm> = {}): IntakeForm {
  return {
    controllerId: FIRST_CONTROLLER,
    right: 'erasure',
    mode: 'full',
    capacity: 'controller',
    instructionId: null,
    identities: [{ kind: 'email', value: person.email }],
    names: [`${person.firstName} ${person.lastName}`],
    corrections: [],
    purposes: [],
    submittedAtMs: null,
    language: 'en',
    channel: 'portal',
    externalReference: null,
    callbackUrl: null,
    identityCheck: { method: 'account_login', level: 2 },
    actor: PORTAL,
    idempotencyKey: null,
    body: {},
    ...form,
  }
}

export const FIRST_CONTROLLER: ControllerId = controllerId('alpha')
