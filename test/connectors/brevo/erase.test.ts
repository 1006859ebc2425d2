import { describe, expect, it } from '@jest/globals'
import { expectObject, objectAt, textAt } from '../../../src/connector/index.ts'
import type { LegSubject } from '../../../src/connector/index.ts'
import {
  changesIn,
  effectOf,
  email,
  eraseAll,
  findingOf,
  inPart,
  ownIds,
  planFor,
  planned,
  verdictOf,
  withBench,
} from './bench.ts'
import type { Bench } from './bench.ts'

async function crmNow(bench: Bench, part: keyof typeof PATHS, at: number) {
  const id = bench.lab.subject.refs[part]?.[at] ?? ''
  return expectObject(await bench.send('GET', `/v3/${PATHS[part]}/${id}`))
}

const PATHS = { notes: 'crm/notes', tasks: 'crm/tasks', deals: 'crm/deals', companies: 'companies' }

describe('erasing in Brevo', () => {
  it('blocks first, empties the CRM before the contact, and leaves a bare blocked contact last', () =>
    withBench({}, async (bench) => {
      const { plan } = await planFor(bench)
      const afterOf = (step: string) => effectOf(plan, step).after
      expect(afterOf('block_contact')).toEqual([])
      for (const step of [
        'delete_note',
        'redact_note',
        'delete_task',
        'delete_file',
        'unlink_deal',
        'delete_objects',
      ]) {
        expect(afterOf(step)).toContain('block_contact')
        expect(afterOf('delete_contact')).toContain(step)
      }
      expect(afterOf('delete_contact')).not.toContain('delete_mail_log')
      expect(afterOf('keep_blocklist')).toEqual(['delete_contact'])
      await eraseAll(bench)
      const changes = changesIn(bench)
      const last = (pattern: RegExp) => changes.findLastIndex((change) => pattern.test(change))
      const first = (pattern: RegExp) => changes.findIndex((change) => pattern.test(change))
      expect(first(/POST .*\/contacts\/batch/)).toBe(0)
      expect(last(/\/crm\/|\/companies\//)).toBeLessThan(first(/DELETE .*\/contacts\//))
      expect(last(/DELETE .*\/contacts\//)).toBeLessThan(first(/POST \/v3\/contacts$/))
    }))

  it('keeps the blocklist that Brevo forgets with the contact, in a contact that holds nothing else', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      const { person } = bench.lab.subject
      for (const address of [person.email, person.secondEmail]) {
        const stub = await bench.contactNow(address)
        expect(stub).toMatchObject({ attributes: {}, listIds: [], emailBlacklisted: true, smsBlacklisted: true })
        expect(ownIds(bench)).not.toContain(textAt(stub, 'id'))
      }
      const report = await bench.verify(leg)
      expect(verdictOf(report, 'marketing_blocklist')).toBe('in_place')
      expect(verdictOf(report, 'contact')).toBe('absent')
      const again = await bench.discover({ identifiers: bench.lab.subject.identifiers })
      expect(inPart(again, 'contact')).toEqual([])
      expect(inPart(again, 'marketing_blocklist')).toHaveLength(2)
    }))

  it('sees that the blocked contact was taken away again', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      const { person } = bench.lab.subject
      for (const [address, verdict] of [
        [person.email, 'present'],
        [person.secondEmail, 'absent'],
      ] as const) {
        await bench.send('DELETE', `/v3/contacts/${encodeURIComponent(address)}?identifierType=email_id`)
        expect(verdictOf(await bench.verify(leg), 'marketing_blocklist')).toBe(verdict)
      }
    }))

  it.each([
    ['found', 2],
    ['if_blocklisted', 1],
    ['never', 0],
  ])('leaves blocked contacts as the account says (%s)', (blocklist_stub, count) =>
    withBench({ options: { blocklist_stub } }, async (bench) => {
      const { plan } = await eraseAll(bench)
      expect(plan.filter(({ step }) => step === 'keep_blocklist')).toHaveLength(count)
      const { person } = bench.lab.subject
      const left = await Promise.all([person.email, person.secondEmail].map((address) => bench.contactNow(address)))
      expect(left.filter((one) => one !== undefined)).toHaveLength(count)
    }),
  )

  it('blocks by number a contact that has no address', () =>
    withBench({}, async (bench) => {
      const id = await bench.addContact({ attributes: { SMS: '32470777888', FIRSTNAME: 'Nora' } })
      const found = await bench.discover({ identifiers: [{ kind: 'phone', value: '+32470777888' }] })
      const records = found.map(planned)
      const { leg } = await eraseAll(bench, { records, identifiers: [] })
      expect(await bench.contactNow(id, 'contact_id')).toBeUndefined()
      const stub = await bench.contactNow('32470777888', 'phone_id')
      expect(stub).toMatchObject({ attributes: { SMS: '32470777888' }, smsBlacklisted: true })
      expect(verdictOf(await bench.verify(leg), 'marketing_blocklist')).toBe('in_place')
    }))

  it('says present when a contact came back with the address since', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      const { person } = bench.lab.subject
      const imported = { email: person.email, attributes: { FIRSTNAME: person.firstName }, updateEnabled: true }
      await bench.send('POST', '/v3/contacts', imported)
      expect(findingOf(await bench.verify(leg), 'contact')).toMatchObject({
        remaining: 1,
        verdict: { kind: 'present' },
      })
    }))

  it('passes over a contact that a person said to be somebody else’s', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      const other = await bench.addContact({ email: 'other@example.org', attributes: { FIRSTNAME: 'Other' } })
      const identifiers = [...leg.identifiers, email('other@example.org')]
      const verify = (others: LegSubject['records']) =>
        bench.connector.verify(bench.context, { ...leg, identifiers, others })
      expect(verdictOf(await verify([]), 'contact')).toBe('present')
      expect(verdictOf(await verify([{ part: 'contact', ref: other, content: {} }]), 'contact')).toBe('absent')
    }))

  it('does not destroy a note that a colleague or a deal shares: the person’s traces leave it', () =>
    withBench({}, async (bench) => {
      await eraseAll(bench)
      const shared = await crmNow(bench, 'notes', 2)
      expect(textAt(shared, 'text')).toBe('<p>[erased] and Willem want a quote, write to [erased]</p>')
      expect(shared.contactIds).toHaveLength(1)
      expect(ownIds(bench)).not.toContain(JSON.stringify(shared.contactIds).slice(1, -1))
      const ofDeal = await crmNow(bench, 'notes', 3)
      expect(ofDeal).toMatchObject({ contactIds: [], dealIds: bench.lab.subject.refs.deals?.slice(0, 1) })
      expect(textAt(ofDeal, 'text')).toBe('<p>Agreed with [erased] on the price</p>')
      expect(await crmNow(bench, 'notes', 0)).toMatchObject({ message: 'Document not found' })
      const task = await crmNow(bench, 'tasks', 2)
      expect(task).toMatchObject({ name: 'Call [erased]', notes: 'about the quote' })
    }))

  it('takes the person out of names and links of deals and companies, and nobody else', () =>
    withBench({}, async (bench) => {
      const before = [await crmNow(bench, 'deals', 1), await crmNow(bench, 'companies', 0)]
      const colleagues = before.map(({ linkedContactsIds }) =>
        (linkedContactsIds as readonly number[]).filter((id) => !ownIds(bench).includes(String(id))),
      )
      await eraseAll(bench)
      const deal = await crmNow(bench, 'deals', 0)
      expect(textAt(deal, 'attributes', 'deal_name')).toBe('Kitchen [erased]')
      expect(textAt(deal, 'attributes', 'amount')).toBe('12000')
      const shared = await crmNow(bench, 'deals', 1)
      expect(shared.linkedContactsIds).toEqual(colleagues[0])
      expect(objectAt(shared, 'attributes')).toMatchObject({
        deal_name: 'Two bathrooms',
        remark: 'Call [erased] first',
      })
      const company = await crmNow(bench, 'companies', 0)
      expect(company.linkedContactsIds).toEqual(colleagues[1])
      expect(textAt(company, 'attributes', 'name')).toBe('[erased] BV')
    }))

  it('says present when links that a change left out stay', () =>
    withBench({ switches: { note_links: 'added' } }, async (bench) => {
      const { leg } = await eraseAll(bench)
      expect(findingOf(await bench.verify(leg), 'notes')).toMatchObject({ remaining: 2, verdict: { kind: 'present' } })
    }))

  it('keeps the contact of a note that must stay', () =>
    withBench({}, async (bench) => {
      const { records } = await bench.legOf({ right: 'erasure' })
      const kept = inPart(records, 'notes').slice(0, 1)
      const { plan } = await planFor(bench, { records: records.filter((one) => !kept.includes(one)), kept })
      const deleted = plan.filter(({ step }) => step === 'delete_contact').map(({ target }) => target)
      expect(deleted).toEqual(ownIds(bench).filter((id) => id !== kept[0]?.parentRef))
      expect(plan.map(({ target }) => target)).not.toContain(kept[0]?.ref)
    }))
})
