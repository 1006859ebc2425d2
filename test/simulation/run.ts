import { isDsrError } from '../../src/domain/errors.ts'
import type { EffectsJob, LegJob, RequestJob } from '../../src/ports/queue.ts'
import { connect } from '../../workers/connector.ts'
import { coordinate } from '../../workers/coordinator.ts'
import { relayTurn } from '../../workers/relay.ts'
import { watchTurn } from '../../workers/watchdog.ts'
import { MINUTE, SECOND } from '../kit/sim/clock.ts'
import { Dice } from '../kit/sim/dice.ts'
import { jobId } from '../kit/sim/queue.ts'
import type { Fault, VendorVerb } from '../kit/sim/fake-vendor.ts'
import type { Fate, Waiting } from './actor.ts'
import { checkEnd, watchSendings, type Facts } from './checker.ts'
import { nextDueMs, waitingRows } from './due.ts'
import { People } from './people.ts'
import type { Scenario } from './scenario.ts'
import { World, type Mutation, type Process } from './world.ts'

export interface RunOptions {
  readonly scenario: Scenario
  readonly seed: number
  /** How many faults may happen; 0 for a run in which all goes well. */
  readonly faults: number
  readonly mutation?: Mutation
  /** Told of every move, for whoever replays a seed. */
  readonly trace?: (line: string) => void
}

export interface RunResult {
  readonly violations: readonly string[]
  readonly facts: Facts
  readonly steps: number
}

const MOST_STEPS = 6000
/** So often may time move on without a job being taken before the world counts as stuck. */
const MOST_EMPTY_MOVES = 150
const VENDOR_FAULTS: readonly Fault[] = ['down', 'limited', 'revoked', 'lost_before', 'lost_after', 'mute']

/** Runs one seed to its end: everything there is settled, or nothing moves any more. */
export async function runSeed(options: RunOptions): Promise<RunResult> {
  return new Simulation(options).run()
}

async function relayed(relay: Process): Promise<void> {
  await relayTurn(relay)
}

class Simulation {
  readonly #world: World
  readonly #dice: Dice
  readonly #people: People
  readonly #relays: readonly Process[]
  readonly #watchdogs: readonly Process[]
  readonly #coordinators: readonly Process[]
  readonly #connectors: readonly Process[]
  readonly #jobs = new Map<Process, RequestJob | LegJob | EffectsJob>()
  readonly #trace: RunOptions['trace']
  #faults: number
  /** Faults begin after so many moves, so that the later stages get their share. */
  readonly #calmSteps: number
  #steps = 0
  #emptyMoves = 0
  #watchedAtMs = -1
  #lookedAt = -1
  #news: { readonly commits: number; readonly dueMs: number } = { commits: -1, dueMs: Infinity }
  #hasAnswered = false

  constructor({ scenario, seed, faults, mutation = {}, trace }: RunOptions) {
    this.#trace = trace
    this.#dice = new Dice(seed)
    this.#faults = faults
    this.#calmSteps = this.#dice.roll(5) * 100
    this.#world = new World(scenario, { seed, mutation })
    const several = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => this.#world.process(`${name}-${index + 1}`))
    this.#people = new People(this.#world, this.#world.process('people'), this.#dice)
    this.#relays = several('relay', 2)
    this.#watchdogs = several('watchdog', 1)
    this.#coordinators = several('coordinator', 2)
    this.#connectors = several('connector', 3)
    for (const one of this.#all) one.clock.offsetMs = faults > 0 ? (this.#dice.roll(5) - 2) * SECOND : 0
    for (const vendor of Object.values(this.#world.vendors)) vendor.faultOf = (verb) => this.#vendorFault(verb)
    watchSendings(this.#world)
  }

  async run(): Promise<RunResult> {
    while (this.#steps < MOST_STEPS && this.#emptyMoves < MOST_EMPTY_MOVES) {
      this.#steps += 1
      if (!(await this.#step())) break
    }
    const facts = checkEnd(this.#world, this.#people)
    if (this.#steps >= MOST_STEPS) this.#world.report('the world does not come to rest')
    return { violations: [...this.#world.violations].sort(), facts, steps: this.#steps }
  }

  get #all(): readonly Process[] {
    return [this.#people.process, ...this.#relays, ...this.#watchdogs, ...this.#coordinators, ...this.#connectors]
  }

  /** One move of the world, chosen by chance among all that could happen now; false when nothing can. */
  async #step(): Promise<boolean> {
    await this.#disturb()
    const moves = this.#moves()
    if (moves.length > 0) {
      await this.#dice.pick(moves)()
      return true
    }
    return this.#letTimePass()
  }

  #moves(): readonly (() => Promise<void>)[] {
    const moves: (() => Promise<void>)[] = []
    for (const process of this.#all) {
      for (const at of process.actor.waiting) moves.push(async () => this.#resume(process, at))
    }
    for (const process of [...this.#coordinators, ...this.#connectors]) {
      if (process.actor.isIdle)
        for (const job of this.#jobsFor(process)) moves.push(async () => this.#take(process, job))
    }
    const [relay] = this.#relays.filter((one) => one.actor.isIdle && this.#hasNews(one))
    if (relay) moves.push(async () => this.#begin(relay, async () => relayed(relay)))
    const act = this.#people.process.actor.isIdle ? this.#nextAct() : undefined
    if (act) moves.push(async () => this.#order(act))
    if (moves.length === 0) this.#watchMove(moves)
    return moves
  }

  /** People look again when something changed. */
  #nextAct(): ReturnType<People['next']> {
    if (this.#lookedAt === this.#world.commits) return undefined
    const act = this.#people.next()
    if (!act) this.#lookedAt = this.#world.commits
    return act
  }

  #watchMove(moves: (() => Promise<void>)[]): void {
    const now = this.#world.clock.nowMs()
    const [watchdog] = this.#watchdogs
    const dueMs = nextDueMs(this.#world.store)
    if (!watchdog?.actor.isIdle || dueMs === undefined || dueMs > now || this.#watchedAtMs === now) return
    this.#watchedAtMs = now
    moves.push(async () => this.#begin(watchdog, async () => watchTurn(watchdog)))
  }

  #jobsFor(process: Process): readonly (RequestJob | LegJob | EffectsJob)[] {
    const isCoordinator = this.#coordinators.includes(process)
    return this.#world.queue.waiting.filter((job) => (job.kind === 'request') === isCoordinator)
  }

  /** Whether something is to be announced by the clock of that relay. */
  #hasNews({ clock }: Process): boolean {
    const { commits, store } = this.#world
    if (this.#news.commits !== commits) {
      const dueMs = waitingRows(store).map((row) => row.notBeforeMs ?? 0)
      this.#news = { commits, dueMs: Math.min(...dueMs) }
    }
    return this.#news.dueMs <= clock.nowMs()
  }

  async #take(process: Process, job: RequestJob | LegJob | EffectsJob): Promise<void> {
    const { queue } = this.#world
    queue.take(job)
    this.#emptyMoves = 0
    if (this.#fault(2)) {
      this.#say(`lost ${jobId(job)}`)
      return
    }
    // A stalled or doubled job: another worker gets it too.
    if (this.#fault(4)) queue.doubled(job)
    this.#jobs.set(process, job)
    await this.#begin(process, async () => {
      if (job.kind === 'request') await coordinate(process.ports, job)
      else {
        const every = () => ({ stop: () => undefined })
        await connect(process.engine, job, { signal: new AbortController().signal, every })
      }
      queue.finish(job)
    })
  }

  async #order(act: () => Promise<void>): Promise<void> {
    this.#emptyMoves = 0
    await this.#begin(this.#people.process, act)
  }

  async #begin(process: Process, work: () => Promise<void>): Promise<void> {
    const job = this.#jobs.get(process)
    this.#say(`${process.actor.name} begins ${job ? jobId(job) : ''}`)
    process.owned.clear()
    await process.actor.start(work)
    this.#afterStop(process)
  }

  async #resume(process: Process, at: Waiting): Promise<void> {
    if (this.#fault(1.5)) {
      this.#say(`${process.actor.name} dies ${at.gate}`)
      process.actor.kill()
      const job = this.#jobs.get(process)
      if (job && this.#dice.chance(50)) this.#world.queue.doubled(job)
      this.#jobs.delete(process)
      return
    }
    const fate = this.#fate()
    if (fate !== 'go') this.#say(`${process.actor.name} ${at.gate}: ${fate}`)
    await process.actor.resume(at, fate)
    this.#afterStop(process)
  }

  #fate(): Fate {
    if (!this.#fault(2)) return 'go'
    return this.#dice.chance(50) ? 'lost' : 'refused'
  }

  /** Only what an outage explains may go wrong in a process. */
  #afterStop({ actor }: Process): void {
    if (!actor.isIdle || actor.failure === undefined) return
    const { failure } = actor
    actor.failure = undefined
    if (isDsrError(failure, 'DATABASE_UNREACHABLE') || isDsrError(failure, 'QUEUE_UNREACHABLE')) return
    this.#say(`${actor.name} failed ${failure instanceof Error ? (failure.stack ?? '') : ''}`)
    const code = failure instanceof Error ? codeOf(failure) : 'no error'
    this.#world.report(`${actor.name.split('-')[0] ?? ''} failed: ${code}`)
  }

  #say(line: string): void {
    this.#trace?.(`${new Date(this.#world.clock.nowMs()).toISOString().slice(5, 19)} ${line}`)
  }

  async #disturb(): Promise<void> {
    if (this.#fault(0.3)) this.#world.queue.flush()
    if (this.#fault(1)) this.#world.clock.advance((1 + this.#dice.roll(40)) * SECOND)
    if (this.#fault(0.2)) this.#dice.pick(this.#all).clock.offsetMs = (this.#dice.roll(11) - 5) * MINUTE
    const { actor } = this.#people.process
    if (actor.isIdle && this.#dice.chance(1)) {
      const act = this.#people.withdraw()
      if (act) await this.#begin(this.#people.process, act)
    }
  }

  #vendorFault(verb: VendorVerb): Fault {
    if (!this.#fault(verb === 'perform' ? 15 : 5)) return 'none'
    const fault = this.#dice.pick(VENDOR_FAULTS)
    if (verb === 'perform') return fault
    const isOfPerform = fault === 'lost_before' || fault === 'lost_after' || fault === 'mute'
    if (!isOfPerform) return fault
    return verb === 'verify' ? 'blind' : 'down'
  }

  #fault(percent: number): boolean {
    if (this.#faults === 0 || this.#steps < this.#calmSteps || !this.#dice.chance(percent)) return false
    this.#faults -= 1
    return true
  }

  #letTimePass(): boolean {
    this.#emptyMoves += 1
    const dues = [nextDueMs(this.#world.store), this.#people.nextMs()].filter((atMs) => atMs !== undefined)
    const dueMs = dues.length === 0 ? undefined : Math.min(...dues)
    if (dueMs === undefined) return this.#appear()
    this.#lookedAt = -1
    // Due and not taken up: the clock of who should see it is slow.
    if (dueMs <= this.#world.clock.nowMs()) this.#world.clock.advance(Math.min(2 ** this.#emptyMoves, 60) * SECOND)
    else this.#world.clock.reach(dueMs)
    this.#appear()
    return true
  }

  /** What the world does after the answer. */
  #appear(): boolean {
    const { scenario, store, vendors, clock } = this.#world
    if (this.#hasAnswered || !scenario.afterAnswer) return false
    if (!store.rows('request').some((row) => row.state === 'answered')) return false
    this.#hasAnswered = true
    scenario.afterAnswer(vendors, clock.nowMs())
    return true
  }
}

function codeOf(failure: Error): string {
  return isDsrError(failure) ? `${failure.code} ${failure.field ?? ''}` : failure.message
}
