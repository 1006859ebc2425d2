import { isException, type OutcomeKind } from '../../src/domain/outcome.ts'
import { isFinal } from '../../src/domain/request.ts'
import { isWritingRight } from '../../src/domain/right.ts'
import type { LegRow, RequestRow } from '../../src/ports/rows.ts'
import { HOUR, MINUTE } from '../kit/sim/clock.ts'
import type { FakeVendor, VendorEvent } from '../kit/sim/fake-vendor.ts'
import { keyOf, type People } from './people.ts'
import type { AccountName } from './scenario.ts'
import type { World } from './world.ts'

/** What a record says of each request, without its times: equal for equal ends. */
export type Facts = Readonly<Record<string, string>>

/** Clocks of processes may be so far apart. */
const SKEW_MS = 11 * MINUTE
const CHANGED: readonly OutcomeKind[] = ['erased', 'anonymised']

/** Looks at the store at the moment at which something reaches a vendor: was it approved, is it on disk, may it be sent? */
export function watchSendings(world: World): void {
  for (const [name, vendor] of Object.entries(world.vendors)) {
    const sent = vendor.sent.bind(vendor)
    vendor.sent = (step, target, key) => {
      sent(step, target, key)
      checkSending(world, name, key)
    }
  }
}

function checkSending(world: World, account: string, key: string): void {
  const effect = world.store.rows('effect').find((row) => row.id === key)
  const call = world.store.rows('call').find((row) => row.id === effect?.callId)
  const request = world.store.rows('request').find((row) => row.id === effect?.requestId)
  if (effect?.state !== 'sent' || call?.state !== 'sent') world.report('an effect was sent that is not on disk')
  if (!request) return
  const { approval, state } = request
  if (approval?.planHash !== request.planHash) world.report('an effect was sent without an approved plan')
  if ((approval?.actNotBeforeMs ?? 0) > world.clock.nowMs() + SKEW_MS)
    world.report('an effect was sent during cooling-off')
  if (!['acting', 'answered', 'closed'].includes(state)) world.report(`an effect was sent while ${state}`)
  if (world.scenario.effects?.[account === 'crm' ? 'crm' : 'desk'] === 'read_only')
    world.report('an effect was sent through a read-only account')
}

/** Looks at what is left in the end: the vendors' histories and the rows, nothing that the code under test says of itself. */
export function checkEnd(world: World, people: People): Facts {
  const requests = world.store.rows('request')
  for (const wanted of world.scenario.requests) {
    const id = people.acknowledged.get(keyOf(wanted))
    if (id === undefined) world.report('a request was never acknowledged')
    else if (!requests.some((row) => row.id === id)) world.report('an acknowledged request was lost')
  }
  if (requests.length > world.scenario.requests.length) world.report('one wish became two requests')
  for (const request of requests) checkRequest(world, people, request)
  for (const vendor of Object.values(world.vendors)) checkVendor(world, people, vendor)
  checkRest(world)
  return factsOf(world, people)
}

function checkRequest(world: World, people: People, request: RequestRow): void {
  const legs = world.store.rows('leg').filter((leg) => leg.requestId === request.id)
  if (!isFinal(request.state)) {
    const where = legs.map((leg) => `${leg.state}${leg.parkedReason === null ? '' : `(${leg.parkedReason})`}`).join('+')
    world.report(`a request stands still: ${request.state} ${where}`)
    return
  }
  if (request.result === null) world.report('a request ended without a result')
  if (legs.some((leg) => leg.state !== 'settled')) world.report('a request ended before its legs')
  for (const leg of legs) checkLeg(world, people, { request, leg })
  if (request.callbackUrl !== null && request.state === 'closed' && request.result !== 'planned') {
    if (!world.received.get(request.id)?.includes('request.completed')) world.report('the portal was never informed')
  }
  const seals = world.store.rows('seal').filter((seal) => seal.requestId === request.id)
  const isRecorded = request.result === 'completed' || request.result === 'completed_with_exceptions'
  if (isRecorded && !seals.some((seal) => seal.generation === 0)) world.report('a request ended without a record')
}

interface Place {
  readonly request: RequestRow
  readonly leg: LegRow
}

function checkLeg(world: World, people: People, { request, leg }: Place): void {
  const journal = world.store.rows('journal').filter((line) => line.legId === leg.id)
  for (const part of leg.parts.filter((one) => isException(one.outcome))) {
    const isExplained = journal.some((line) => line.kind === 'exception.explained' && line.detail.part === part.part)
    if (!isExplained) world.report('an exception is not explained')
    if (leg.generation === 0 && request.result === 'completed') world.report('completed with an exception')
  }
  const parcels = world.store.rows('parcel').filter((parcel) => parcel.legId === leg.id)
  if (parcels.length > 1) world.report('a leg has two parcels')
  if (request.result !== 'completed' && request.result !== 'completed_with_exceptions') return
  checkTruth(world, people, { request, leg })
}

/** What the leg says against what the vendor holds. */
function checkTruth(world: World, people: People, { request, leg }: Place): void {
  if (!isWritingRight(request.right)) return
  const latest = world.store
    .rows('leg')
    .filter((one) => one.requestId === request.id && one.accountId === leg.accountId)
    .every((one) => one.generation <= leg.generation)
  if (!latest) return
  const wanted = world.scenario.requests.find((one) => people.acknowledged.get(keyOf(one)) === request.id)
  if (!wanted) return
  const held = world.vendors[nameOf(leg)].held(wanted.person.key)
  for (const part of leg.parts) {
    const left = held.filter((record) => record.part === part.part).length
    const isClean = CHANGED.includes(part.outcome.kind) || part.outcome.kind === 'nothing_found'
    if (isClean && left > 0) world.report(`${part.outcome.kind} although the vendor holds ${part.part}`)
    if (part.outcome.kind === 'retained' && left === 0) world.report('retained and gone')
  }
}

function checkVendor(world: World, people: People, vendor: FakeVendor): void {
  const erased = new Set(
    world.scenario.requests
      .filter((one) => isWritingRight(one.right) && one.mode !== 'plan')
      .map((one) => one.person.key),
  )
  for (const record of vendor.records) {
    const isTouched = record.goneAtMs !== undefined || record.scrubs > 0
    if (isTouched && !erased.has(record.person)) world.report('a neighbour was touched')
    if (record.scrubs > 1) world.report('a step that must not be repeated was applied twice')
    if (record.part === 'contact' && record.goneAtMs !== undefined) checkChildren(world, vendor, record.ref)
  }
  const hasAgain = [...people.orders.keys()].some((order) => order.endsWith('act_again'))
  for (const events of byTarget(vendor.history)) if (!hasAgain) checkRepeats(world, events)
  const scrubs = vendor.history.filter((event) => event.kind === 'sent' && event.step === 'scrub_invoice')
  if (!hasAgain && scrubs.length > new Set(scrubs.map((event) => event.target)).size)
    world.report('a step that must not be repeated was sent twice unasked')
}

function checkChildren(world: World, vendor: FakeVendor, ref: string): void {
  const isOrphaned = vendor.records.some((one) => one.parentRef === ref && vendor.isHeld(one))
  if (isOrphaned) world.report('a parent was erased before its children')
}

/** Between two sendings of one effect lies a look that did not see it, unless the whole batch was refused or it is another generation's. */
function checkRepeats(world: World, events: readonly VendorEvent[]): void {
  let mayRepeat = true
  let lastMs = -Infinity
  for (const event of events) {
    if (event.kind === 'looked' && event.saw !== 'happened') mayRepeat = true
    if (event.kind !== 'sent') continue
    const isLater = event.atMs > lastMs + 20 * 24 * HOUR
    if (!mayRepeat && !isLater && !world.vendors.crm.isBatchRefused) world.report('an effect was repeated blindly')
    mayRepeat = false
    lastMs = event.atMs
  }
}

function byTarget(history: readonly VendorEvent[]): readonly (readonly VendorEvent[])[] {
  const groups = new Map<string, VendorEvent[]>()
  for (const event of history) {
    const key = `${event.step} ${event.target}`
    groups.set(key, [...(groups.get(key) ?? []), event])
  }
  return [...groups.values()]
}

function checkRest(world: World): void {
  if (world.store.rows('call').some((call) => call.state === 'sent')) world.report('a call was never settled')
  if (world.store.rows('effect').some((effect) => effect.state === 'sent')) world.report('an effect was never settled')
}

function factsOf(world: World, people: People): Facts {
  const facts = world.scenario.requests.map((wanted): readonly [string, string] => {
    const request = world.store.rows('request').find((row) => row.id === people.acknowledged.get(keyOf(wanted)))
    const legs = world.store.rows('leg').filter((leg) => leg.requestId === request?.id)
    const parts = legs.flatMap((leg) =>
      leg.parts
        .filter((part) => part.outcome.kind !== 'nothing_found')
        .map(({ part, outcome, counts }) => {
          const { found, done, kept, remaining } = counts
          return `${leg.accountId}.${leg.generation}/${part}=${outcome.kind} ${found},${done},${kept},${remaining}`
        }),
    )
    const archive = world.store.rows('seal').find((seal) => seal.requestId === request?.id)?.archiveKey
    const files = archive == null ? [] : (world.files.objects.get(archive) ?? ['no archive'])
    return [keyOf(wanted), [request?.result, ...parts.sort(), ...[...files].sort()].join('; ')]
  })
  return Object.fromEntries(facts)
}

function nameOf(leg: LegRow): AccountName {
  return leg.accountId === 'crm' ? 'crm' : 'desk'
}
