import type { Right } from '../../src/domain/right.ts'
import type { Account } from '../../src/ports/runtime.ts'
import { DAY, MINUTE } from '../kit/sim/clock.ts'
import type { FakeVendor, VendorRecord } from '../kit/sim/fake-vendor.ts'
import { contactOf, invoiceOf, mailOf, testPerson, type TestPerson } from '../kit/sim/people.ts'

export interface Wanted {
  readonly person: TestPerson
  readonly right: Right
  readonly mode?: 'full' | 'plan'
  readonly hasCallback?: boolean
  readonly mayWithdraw?: boolean
}

export type AccountName = 'crm' | 'desk'
export type Vendors = Readonly<Record<AccountName, FakeVendor>>

/** One story: who asks for what, what the vendors hold and how they behave. Faults and order come from the seed. */
export interface Scenario {
  readonly title: string
  readonly requests: readonly Wanted[]
  readonly records: Readonly<Partial<Record<AccountName, readonly VendorRecord[]>>>
  readonly behave?: (vendors: Vendors) => void
  readonly effects?: Partial<Record<AccountName, Account['effects']>>
  /** What the world does once after the first approval, or after the answer. */
  readonly afterApproval?: (vendors: Vendors) => void
  readonly afterAnswer?: (vendors: Vendors, nowMs: number) => void
  readonly keepsInvoices?: boolean
}

export const ada = testPerson('ada')
export const bea = testPerson('bea', ada.name)
export const cas = testPerson('cas')
export const dov = testPerson('dov')
const neighbours = [...contactOf(bea, 1), mailOf(bea), invoiceOf(bea), ...contactOf(dov, 1)]

const erase = (person: TestPerson, more: Partial<Wanted> = {}): Wanted => ({ person, right: 'erasure', ...more })
const [adaContact, ...adaNotes] = contactOf(ada, 2) as [VendorRecord, ...VendorRecord[]]
const learned: VendorRecord = { ...adaContact, emails: [ada.email, ada.secondEmail] }
const hidden: VendorRecord = { ...mailOf(ada), ref: 'm-hidden', emails: [ada.secondEmail] }

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'an identifier that one account reveals finds more at the other',
    requests: [erase(ada)],
    records: { crm: [learned, ...adaNotes, ...neighbours], desk: [hidden] },
  },
  {
    title: 'two people in one batch',
    requests: [erase(ada), erase(cas)],
    records: { crm: [...contactOf(ada, 1), ...contactOf(cas, 2), ...neighbours] },
  },
  {
    title: 'access to two accounts, with a callback',
    requests: [{ person: ada, right: 'access', hasCallback: true }],
    records: { crm: [...contactOf(ada, 2), ...neighbours], desk: [mailOf(ada), invoiceOf(ada), ...neighbours] },
  },
  {
    title: 'a step that must not be repeated and a slow job',
    requests: [erase(ada, { hasCallback: true })],
    records: { crm: [mailOf(ada), invoiceOf(ada), ...neighbours] },
    behave: ({ crm }) => {
      crm.purgeMs = 10 * MINUTE
    },
  },
  {
    title: 'somebody of the same name',
    requests: [erase(ada)],
    records: { crm: [...contactOf(ada, 1), ...neighbours], desk: [...contactOf(bea, 1)] },
  },
  {
    title: 'a vendor that says yes and keeps the record',
    requests: [erase(ada)],
    records: { crm: [...contactOf(ada, 1), ...neighbours] },
    behave: ({ crm }) => {
      crm.lies.set('c-ada', 1)
    },
  },
  {
    title: 'a child that is refused',
    requests: [erase(ada)],
    records: { crm: [...contactOf(ada, 2), ...neighbours], desk: [mailOf(ada)] },
    behave: ({ crm }) => {
      crm.refuses.add('n-ada-2')
    },
  },
  {
    title: 'somebody who may withdraw',
    requests: [erase(ada, { mayWithdraw: true }), erase(cas)],
    records: { crm: [...contactOf(ada, 1), ...contactOf(cas), ...neighbours] },
  },
  {
    title: 'a read-only account beside a live one',
    requests: [erase(ada)],
    records: { crm: [...contactOf(ada, 1), ...neighbours], desk: [...contactOf(ada), mailOf(ada)] },
    effects: { desk: 'read_only' },
  },
  {
    title: 'a bin that is emptied after a month',
    requests: [erase(ada, { hasCallback: true })],
    records: { crm: [...contactOf(ada), ...neighbours], desk: [mailOf(ada)] },
    behave: ({ crm }) => {
      crm.binMs = 30 * DAY
    },
  },
  {
    title: 'an index that lags behind',
    requests: [erase(ada)],
    records: { crm: [...contactOf(ada, 1), invoiceOf(ada), ...neighbours] },
    behave: ({ crm }) => {
      crm.lagMs = 5 * MINUTE
    },
  },
  {
    title: 'invoices that a law keeps for some years',
    requests: [erase(ada)],
    records: { crm: [...contactOf(ada), ...neighbours], desk: [invoiceOf(ada), mailOf(ada)] },
    keepsInvoices: true,
  },
  {
    title: 'a record that appears after the approval',
    requests: [erase(ada)],
    records: { crm: [...contactOf(ada, 1), ...neighbours] },
    afterApproval: ({ crm }) => crm.add({ ...adaNotes[0]!, ref: 'n-ada-late' }),
  },
  {
    title: 'a new relation after the answer',
    requests: [erase(ada)],
    records: { crm: [...contactOf(ada), ...neighbours] },
    behave: ({ crm }) => {
      crm.binMs = 30 * DAY
    },
    afterAnswer: ({ crm }, createdAtMs) =>
      crm.add({ ...adaContact, ref: 'c-ada-new', person: 'ada again', createdAtMs }),
  },
  {
    title: 'a dry run beside an erasure',
    requests: [erase(ada, { mode: 'plan' }), erase(cas)],
    records: { crm: [...contactOf(ada, 1), ...contactOf(cas, 1), ...neighbours] },
  },
  {
    title: 'a batch that is refused for one of its members',
    requests: [erase(ada), erase(cas)],
    records: { crm: [...contactOf(ada), ...contactOf(cas), ...neighbours] },
    behave: ({ crm }) => {
      crm.refuses.add('c-cas')
      crm.isBatchRefused = true
    },
  },
]
