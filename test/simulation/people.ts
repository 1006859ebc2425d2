import { isDsrError } from '../../src/domain/errors.ts'
import type { RequestId } from '../../src/domain/ids.ts'
import type { Commands } from '../../src/ports/commands.ts'
import type { LegRow, RequestRow } from '../../src/ports/rows.ts'
import { createCommands } from '../../src/flow/commands.ts'
import { receiveRequest } from '../../src/stages/intake.ts'
import { MINUTE } from '../kit/sim/clock.ts'
import type { Dice } from '../kit/sim/dice.ts'
import { APPROVER, intakeForm } from '../kit/sim/rig.ts'
import type { Wanted } from './scenario.ts'
import type { Process, World } from './world.ts'

const PATIENCE_MS = 6 * MINUTE

type Act = () => Promise<void>
type Resuming = Parameters<Commands['resume']>[0]['action']

/** The portal, the approver and ops as one process: they hand in, approve, decide and settle what waits for a person. */
export class People {
  readonly process: Process
  /** Requests that Habeas acknowledged, by what the portal calls them. */
  readonly acknowledged = new Map<string, RequestId>()
  /** How often each action was ordered on a leg. */
  readonly orders = new Map<string, number>()
  readonly #world: World
  readonly #dice: Dice
  readonly #commands: Commands
  /** Nobody settles the same leg twice within minutes. */
  readonly #patience = new Map<string, number>()
  #isWithdrawing = false
  #hasAppeared = false

  constructor(world: World, process: Process, dice: Dice) {
    this.#world = world
    this.process = process
    this.#dice = dice
    this.#commands = createCommands(process.ports)
  }

  /** Something that a person would do now, or undefined. */
  next(): Act | undefined {
    const wanted = this.#world.scenario.requests.find((one) => !this.acknowledged.has(keyOf(one)))
    if (wanted) return async () => this.#handIn(wanted)
    const requests = this.#world.store.rows('request')
    if (!this.#hasAppeared && requests.some((request) => request.approval !== null)) {
      this.#hasAppeared = true
      this.#world.scenario.afterApproval?.(this.#world.vendors)
    }
    const acts = requests.flatMap((request) => this.#actsOn(request))
    return acts.length === 0 ? undefined : this.#dice.pick(acts)
  }

  /** When somebody will look at a leg again that they settled a moment ago. */
  nextMs(): number | undefined {
    const now = this.#world.clock.nowMs()
    const parked = this.#world.store.rows('leg').filter((leg) => leg.state === 'parked')
    const later = parked.map((leg) => this.#patience.get(leg.id) ?? 0).filter((atMs) => atMs > now)
    return later.length === 0 ? undefined : Math.min(...later)
  }

  /** Changes its mind: at any moment, also a bad one. */
  withdraw(): Act | undefined {
    const wanted = this.#world.scenario.requests.find((one) => one.mayWithdraw === true)
    const requestId = wanted && this.acknowledged.get(keyOf(wanted))
    if (requestId === undefined || this.#isWithdrawing) return undefined
    this.#isWithdrawing = true
    return async () => {
      await tolerate(this.#commands.withdraw({ requestId, actor: APPROVER, reason: null }))
    }
  }

  async #handIn(wanted: Wanted): Promise<void> {
    const { request } = await receiveRequest(
      this.process.ports,
      intakeForm(wanted.person.email, {
        right: wanted.right,
        mode: wanted.mode ?? 'full',
        names: [wanted.person.name],
        idempotencyKey: keyOf(wanted),
        callbackUrl: wanted.hasCallback === true ? 'https://portal.example.com/callback' : null,
      }),
    )
    this.acknowledged.set(keyOf(wanted), request.id)
  }

  #actsOn(request: RequestRow): readonly Act[] {
    const order = { requestId: request.id, actor: APPROVER, reason: null }
    switch (request.state) {
      case 'awaiting_approval':
        return request.approval === null ? [async () => this.#approve(request)] : []
      case 'awaiting_decision':
        return [async () => this.#decide(request)]
      case 'plan_expired':
        return [async () => this.#resume(request.id, null, 'retry')]
      case 'awaiting_review':
        return [async () => tolerate(this.#commands.review(order))]
      case 'sealing':
        return request.delivery?.result === 'failed' ? [async () => this.#resume(request.id, null, 'retry')] : []
      case 'discovering':
      case 'acting':
      case 'answered':
      case 'closed':
        return this.#actsOnLegs(request)
      default:
        return []
    }
  }

  #actsOnLegs(request: RequestRow): readonly Act[] {
    const now = this.#world.clock.nowMs()
    const parked = this.#world.store
      .rows('leg')
      .filter((leg) => leg.requestId === request.id && leg.state === 'parked')
      .filter((leg) => (this.#patience.get(leg.id) ?? 0) <= now)
    return parked.map((leg) => {
      const isPlanned = leg.parkedReason === 'plan_drift' && request.approval?.planHash !== request.planHash
      return isPlanned
        ? async () => this.#approve(request)
        : async () => this.#resume(request.id, leg, this.#answerTo(leg))
    })
  }

  async #approve(request: RequestRow): Promise<void> {
    const planHash = request.planHash ?? ''
    await tolerate(this.#commands.approve({ requestId: request.id, actor: APPROVER, reason: null, planHash }))
  }

  async #decide(request: RequestRow): Promise<void> {
    const open = this.#world.store
      .rows('record')
      .filter((row) => row.requestId === request.id && !row.isCertain && row.decision === null)
    // In every scenario the candidates are neighbours.
    const decisions = open.map((row) => ({
      recordId: row.id,
      decision: 'not_subject' as const,
      law: null,
      untilMs: null,
    }))
    await tolerate(this.#commands.decide({ requestId: request.id, actor: APPROVER, reason: null, decisions }))
  }

  /** What a sensible person orders: try again what failed, repeat what did not happen, accept what is refused or new. */
  #answerTo(leg: LegRow): Resuming {
    const times = this.orders.get(`${leg.id} act_again`) ?? 0
    switch (leg.parkedReason) {
      case 'effect_rejected':
      case 'reappeared':
        return 'accept'
      case 'still_present':
        return times < 3 ? 'act_again' : 'accept'
      case 'effect_unknown':
        return this.#hasHappened(leg) ? 'retry' : 'act_again'
      default:
        return 'retry'
    }
  }

  /** The person asks the vendor: nothing of what is unknown was ever done. */
  #hasHappened(leg: LegRow): boolean {
    const vendor = this.#world.vendors[leg.accountId === 'crm' ? 'crm' : 'desk']
    return vendor.records.some((record) => record.scrubs > 0)
  }

  async #resume(requestId: RequestId, leg: LegRow | null, action: Resuming): Promise<void> {
    if (leg) {
      this.orders.set(`${leg.id} ${action}`, (this.orders.get(`${leg.id} ${action}`) ?? 0) + 1)
      this.#patience.set(leg.id, this.#world.clock.nowMs() + PATIENCE_MS)
    }
    await tolerate(this.#commands.resume({ requestId, actor: APPROVER, reason: null, legId: leg?.id ?? null, action }))
  }
}

export function keyOf(wanted: Wanted): string {
  return `${wanted.person.key} ${wanted.right} ${wanted.mode ?? 'full'}`
}

/** A person who comes too late is told so, and looks again. */
async function tolerate(order: Promise<unknown>): Promise<void> {
  try {
    await order
  } catch (error) {
    const codes = ['ILLEGAL_TRANSITION', 'WITHDRAW_TOO_LATE', 'PLAN_HASH_MISMATCH'] as const
    if (!codes.some((code) => isDsrError(error, code))) throw error
  }
}
