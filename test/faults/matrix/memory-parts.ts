import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createDirectoryStore } from '../../../src/adapters/objects/directory.ts'
import { MemoryStore } from '../../kit/memory-store.ts'
import { testAccount, testAccounts } from '../../kit/sim/accounts.ts'
import { HOUR } from '../../kit/sim/clock.ts'
import { fakeConnector } from '../../kit/sim/fake-connector.ts'
import { fakeManifest } from '../../kit/sim/fake-manifest.ts'
import { FakeVendor, type VendorEvent } from '../../kit/sim/fake-vendor.ts'
import { contactOf, invoiceOf, mailOf, testPerson } from '../../kit/sim/people.ts'
import type { OpenCourseParts } from './parts.ts'
import { shimConnector } from './shims.ts'

const SUBJECT = testPerson('ada')
const NEIGHBOUR = testPerson('bea', SUBJECT.name)
const ID = 'fakecrm'

/** The system of record in memory, a vendor at the level of the contract, objects in a directory. */
export const openMemoryParts: OpenCourseParts = async (clock, boundaries) => {
  const vendor = new FakeVendor(clock)
  vendor.add(...contactOf(SUBJECT, 2), mailOf(SUBJECT), invoiceOf(SUBJECT), ...contactOf(NEIGHBOUR, 1))
  vendor.purgeMs = HOUR
  const connector = shimConnector(fakeConnector(vendor, { id: ID }), boundaries)
  const directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-matrix-'))
  return {
    store: new MemoryStore({ clock }),
    objects: createDirectoryStore({ directory, clock }),
    accounts: testAccounts([testAccount({ id: 'crm', connector, clock })]),
    subject: { email: SUBJECT.email, identities: [{ kind: 'email', value: SUBJECT.email }], names: [] },
    vendorFacts: () =>
      Promise.resolve({
        held: vendor.held(SUBJECT.key).map((one) => one.ref),
        neighbour: vendor.held(NEIGHBOUR.key).map((one) => one.ref),
        applied: changes(vendor, 'applied'),
      }),
    countChanges: () => {
      const sent = changes(vendor, 'sent')
      return { made: sent.length, again: sent.length - new Set(sent).size }
    },
    repeatedChanges: () => repeatedSendings(vendor.history),
    close: () => rm(directory, { recursive: true, force: true }),
  }
}

function changes(vendor: FakeVendor, kind: VendorEvent['kind']): readonly string[] {
  const events = vendor.history.filter((event) => event.kind === kind)
  return events.map((event) => `${event.step} ${event.target}`).sort()
}

/** Between two sendings of one change lies a look that did not see it, and the manifest calls the step repeatable. */
function repeatedSendings(history: readonly VendorEvent[]): readonly string[] {
  const { steps } = fakeManifest(ID)
  const seenAbsent = new Map<string, boolean>()
  const repeated: string[] = []
  for (const { kind, step, target, saw } of history) {
    const change = `${step} ${target}`
    if (kind === 'looked' && saw !== 'happened' && seenAbsent.has(change)) seenAbsent.set(change, true)
    if (kind !== 'sent') continue
    const mayRepeat = seenAbsent.get(change) === true && steps[step]?.isRepeatable === true
    if (seenAbsent.has(change) && !mayRepeat) repeated.push(change)
    seenAbsent.set(change, false)
  }
  return repeated
}
