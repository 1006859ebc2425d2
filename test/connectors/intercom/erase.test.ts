import { describe, expect, it } from '@jest/globals'
import { planErasure } from '../../../connectors/intercom/erase.ts'
import type { LegSubject, PlannedEffect } from '../../../src/connector/index.ts'
import {
  carryOut,
  carryOutAll,
  email,
  findingOf,
  inPart,
  lookBack,
  planned,
  verbOf,
  verdictOf,
  withBench,
} from './bench.ts'
import type { Bench } from './bench.ts'

async function planOf(bench: Bench, leg: LegSubject): Promise<readonly PlannedEffect[]> {
  return verbOf(bench, 'erasure').plan(bench.context, leg)
}

/** The whole erasure of the subject; the kinds of the answers beside the leg. */
async function eraseAll(bench: Bench, leg?: LegSubject) {
  const done = leg ?? (await bench.legOf({ right: 'erasure' }))
  const plan = await planOf(bench, done)
  return { leg: done, plan, kinds: await carryOutAll(bench, 'erasure', plan) }
}

const isDone = (kinds: readonly string[]) => new Set(kinds).size === 1 && kinds[0] === 'done'

function keeping(leg: LegSubject, isKept: (record: LegSubject['records'][number]) => boolean): LegSubject {
  return { ...leg, records: leg.records.filter((one) => !isKept(one)), kept: leg.records.filter(isKept) }
}

describe('erasing a person from Intercom', () => {
  it('deletes conversations and tickets before the contact, and never archives, blocks or deletes in bulk', () =>
    withBench({}, async (bench) => {
      const { kinds, plan } = await eraseAll(bench)
      expect(isDone(kinds)).toBe(true)
      const changes = bench.lab.sandbox.calls().filter(({ isChange }) => isChange)
      const paths = changes.map(({ method, path }) => `${method} ${path}`)
      expect(paths.filter((path) => /archive|block|bulk/.test(path))).toEqual([])
      const contacts = paths.flatMap((path, at) => (path.startsWith('DELETE /contacts/') ? [at] : []))
      const others = paths.flatMap((path, at) => (/conversations|tickets/.test(path) ? [at] : []))
      expect(Math.min(...contacts)).toBeGreaterThan(Math.max(...others))
      const contact = plan.find(({ step }) => step === 'delete_contact')
      expect(contact?.after).toEqual(['redact_part', 'detach_contact', 'delete_conversation', 'delete_ticket'])
    }))

  it('deletes by the vendor’s contact id and no other', () =>
    withBench({}, async (bench) => {
      await eraseAll(bench)
      const calls = bench.lab.sandbox.calls()
      const deleted = calls.filter(({ method, path }) => method === 'DELETE' && path.startsWith('/contacts/'))
      const ids = deleted.map(({ path }) => path.slice('/contacts/'.length))
      expect(ids.sort()).toEqual([...(bench.lab.subject.refs.contact ?? [])].sort())
    }))

  it('empties the person’s words in a conversation with others and leaves the others’', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      const shared = leg.records.find(({ content }) => JSON.stringify(content).includes('shared_with'))
      const now = JSON.stringify(await bench.send('GET', `/conversations/${shared?.ref ?? ''}`))
      expect(now).toContain('Willem Wouters')
      expect(now).toContain('theirs.txt')
      expect(now).not.toContain('own.txt')
      expect(now).not.toContain(bench.lab.subject.person.email)
      const report = await bench.verify(leg)
      expect(verdictOf(report, 'conversations')).toBe('absent')
      expect(findingOf(report, 'shared_conversation_extras')).toMatchObject({
        remaining: 6,
        verdict: { kind: 'present' },
      })
      expect(verdictOf(report, 'shared_tickets')).toBe('present')
    }))

  it('deletes a conversation whose contact is long gone', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      const orphan = inPart(leg.records, 'conversations').find(({ parentRef }) => parentRef === undefined)
      expect(orphan?.ref).toMatch(/^\d{18}$/)
      expect(await bench.send('GET', `/conversations/${orphan?.ref ?? ''}`)).toMatchObject({ type: 'error.list' })
    }))

  it.each(['kept', 'gone'])('keeps a kept ticket, and its contact without the person (tickets are %s)', (value) =>
    withBench({ switches: { tickets_after_contact: value } }, async (bench) => {
      const leg = keeping(await bench.legOf({ right: 'erasure' }), ({ part }) => part === 'tickets')
      const { plan, kinds } = await eraseAll(bench, leg)
      expect(isDone(kinds)).toBe(true)
      const onContact = plan.filter(({ part }) => part === 'contact').map(({ step }) => step)
      expect(onContact.toSorted()).toEqual(['blank_contact', 'delete_contact', 'delete_contact'])
      const [user = ''] = bench.lab.subject.refs.contact ?? []
      const left = JSON.stringify(await bench.send('GET', `/contacts/${user}`))
      const { email: address, phone, externalId, lastName } = bench.lab.subject.person
      for (const word of [address, phone, externalId, lastName, 'pro']) expect(left).not.toContain(word)
      expect(bench.lab.sandbox.remaining(bench.lab.subject).tickets).toBe(3)
      const report = await bench.verify(leg)
      expect(verdictOf(report, 'contact')).toBe('absent')
      expect(verdictOf(report, 'tickets')).toBe('present')
      // Notes go only with the contact, and are not said to be gone.
      expect(verdictOf(report, 'notes')).toBe('present')
    }),
  )

  it.each(['conversations', 'attachments', 'ratings', 'side_conversations', 'calls', 'call_recordings'])(
    'keeps what kept %s hang on',
    (part) =>
      withBench({}, async (bench) => {
        const leg = keeping(await bench.legOf({ right: 'erasure' }), (record) => record.part === part)
        const before = bench.lab.sandbox.remaining(bench.lab.subject)[part]
        await eraseAll(bench, leg)
        expect(bench.lab.sandbox.remaining(bench.lab.subject)[part]).toBe(before)
      }),
  )

  it('does not plan to redact a message without words, which Intercom refuses', () => {
    const part = { id: '8', author: { type: 'user', id: 'c1' }, body: null, attachments: [{ name: 'a.txt' }] }
    const content = {
      shared_with: ['c2'],
      own_ids: ['c1'],
      contacts: { contacts: [{ id: 'c1' }, { id: 'c2' }] },
      source: { id: '7', author: { type: 'user', id: 'c1' }, body: 'words' },
      conversation_parts: { conversation_parts: [part, { ...part, id: '9', body: 'x', author: { id: 'c2' } }] },
    }
    const plan = planErasure({
      right: 'erasure',
      records: [{ part: 'conversations', ref: '5', content }],
      kept: [],
      identifiers: [],
    })
    expect(plan.map(({ step, target }) => `${step} ${target}`)).toEqual(['redact_part 5/7', 'detach_contact 5/c1'])
  })

  it('answers “already” for each step of an erasure that was done before', () =>
    withBench({}, async (bench) => {
      const { plan } = await eraseAll(bench)
      const again = await carryOutAll(bench, 'erasure', plan)
      expect(new Set(again)).toEqual(new Set(['already']))
    }))

  it('reads back what happened and what did not, for each step', () =>
    withBench({}, async (bench) => {
      const plan = await planOf(bench, await bench.legOf({ right: 'erasure' }))
      for (const effect of plan) expect(await lookBack(bench, 'erasure', effect)).toBe('not_happened')
      for (const effect of plan) {
        await carryOut(bench, 'erasure', effect)
        expect(await lookBack(bench, 'erasure', effect)).toBe('happened')
      }
    }))

  it('does not take a 404 for “already” when the credential is of another workspace', () =>
    withBench({}, async (bench) => {
      const { plan } = await eraseAll(bench)
      const contact = plan.find(({ step }) => step === 'delete_contact')
      expect(contact?.details).toMatchObject({ workspace: 'sbx4habe' })
      const moved = contact && { ...contact, details: { workspace: 'another0' } }
      expect(await carryOut(bench, 'erasure', moved)).toBe('CONFIG_INVALID')
    }))

  it('does not take a 404 of something in between for “already”', () =>
    withBench({}, async (bench) => {
      const plan = await planOf(bench, await bench.legOf({ right: 'erasure' }))
      const contact = plan.find(({ step }) => step === 'delete_contact')
      const html = { kind: 'status', status: 404, body: '<html></html>' } as const
      bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: html })
      expect(await carryOut(bench, 'erasure', contact)).toBe('VENDOR_ANSWER_UNREADABLE')
    }))

  it('does not take a teammate whom Intercom does not find for a contact who has left', () =>
    withBench({}, async (bench) => {
      const plan = await planOf(bench, await bench.legOf({ right: 'erasure' }))
      const effect = plan.find(({ step }) => step === 'detach_contact')
      const body = JSON.stringify({ type: 'error.list', errors: [{ code: 'admin_not_found' }] })
      bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'status', status: 404, body } })
      expect(await carryOut(bench, 'erasure', effect)).toBe('VENDOR_REFUSED')
    }))

  it('is not content with a success that does not say “deleted”', () =>
    withBench({}, async (bench) => {
      const plan = await planOf(bench, await bench.legOf({ right: 'erasure' }))
      for (const step of ['delete_contact', 'delete_conversation', 'delete_ticket', 'detach_contact', 'redact_part']) {
        const effect = plan.find((one) => one.step === step)
        const body = JSON.stringify({ id: 'x', contacts: { contacts: [{ id: effect?.target.split('/')[1] ?? '' }] } })
        bench.lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'garbage', body } })
        expect(await carryOut(bench, 'erasure', effect)).toBe('unknown')
      }
    }))
})

describe('what Intercom does with a conversation’s metrics', () => {
  it('deletes ratings and statistics along with the conversation', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      const calls = bench.lab.sandbox.calls()
      const deletions = calls.filter(({ method, path }) => method === 'DELETE' && /^\/conversations\/\d+$/.test(path))
      expect(new Set(deletions.map(({ query }) => query))).toEqual(new Set(['?retain_metrics=false']))
      expect(verdictOf(await bench.verify(leg), 'ratings')).toBe('absent')
    }))

  it('says that ratings stay in reports when the configuration keeps metrics', () =>
    withBench({ options: { retain_metrics: true } }, async (bench) => {
      const { leg } = await eraseAll(bench)
      const report = await bench.verify(leg)
      expect(verdictOf(report, 'conversations')).toBe('absent')
      expect(findingOf(report, 'ratings')).toMatchObject({ remaining: 1, verdict: { kind: 'present' } })
    }))

  it('cannot tell about ratings when the evidence lies further back than it may look', () =>
    withBench({ options: { deleted_pages_max: 1 } }, async (bench) => {
      const { leg } = await eraseAll(bench)
      expect(verdictOf(await bench.verify(leg), 'ratings')).toBe('cannot_tell')
    }))

  it.each([
    ['no_scope_for_metrics', 'VENDOR_SCOPE_MISSING'],
    ['plan_restricted', 'VENDOR_REFUSED'],
  ])('says what is wrong when Intercom refuses: %s', (value, code) =>
    withBench({ switches: { conversation_delete: value } }, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      const plan = (await planOf(bench, leg)).filter(({ step }) => step === 'delete_conversation')
      expect(new Set(await carryOutAll(bench, 'erasure', plan))).toEqual(new Set([code]))
      expect(verdictOf(await bench.verify(leg), 'conversations')).toBe('present')
    }),
  )
})

describe('looking again at Intercom', () => {
  it.each([
    ['contact_delete', 'keeps', 'contact'],
    ['notes_after_contact', 'kept', 'notes'],
    ['calls_after_conversation', 'kept', 'calls'],
    ['recordings_after_conversation', 'kept', 'call_recordings'],
    ['redaction_files', 'kept', 'attachments'],
    ['redaction_files', 'kept', 'conversations'],
    ['author_after_delete', 'kept', 'conversations'],
  ])('sees what the vendor kept: %s = %s', (name, value, part) =>
    withBench({ switches: { calls_after_conversation: 'kept', [name]: value } }, async (bench) => {
      const { leg } = await eraseAll(bench)
      expect(verdictOf(await bench.verify(leg), part)).toBe('present')
    }),
  )

  it('waits for a contact that goes only after a minute', () =>
    withBench({ switches: { contact_after_delete: 'gone_after_a_minute' } }, async (bench) => {
      const { leg, kinds } = await eraseAll(bench)
      expect(isDone(kinds)).toBe(true)
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('present')
      bench.lab.clock.push(61_000)
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('absent')
    }))

  it('believes the id and not the search, which still shows a deleted contact for minutes', () =>
    withBench({ switches: { index: 'after_minutes' } }, async (bench) => {
      const { leg } = await eraseAll(bench)
      const query = { field: 'email', operator: '=', value: bench.lab.subject.person.email }
      expect(await bench.send('POST', '/contacts/search', { query })).toMatchObject({ total_count: 2 })
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('absent')
    }))

  it('sees a contact that came back under the address', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      await bench.send('POST', '/contacts', { role: 'lead', email: bench.lab.subject.person.email })
      expect(findingOf(await bench.verify(leg), 'contact')).toMatchObject({
        remaining: 1,
        verdict: { kind: 'present' },
      })
    }))

  it('sees one that the index shows only later, at the last look', () =>
    withBench({ switches: { index: 'after_minutes' } }, async (bench) => {
      const { leg } = await eraseAll(bench)
      await bench.send('POST', '/contacts', { role: 'lead', email: bench.lab.subject.person.email })
      for (const waitMs of bench.lab.connector.manifest.verifyAfterMs) bench.lab.clock.push(waitMs)
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('present')
    }))

  it('passes over a contact that a person said is somebody else’s', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      const value = bench.lab.subject.person.email
      await bench.send('POST', '/contacts', { role: 'user', email: value, name: 'Someone Else' })
      const others = (await bench.discover({ identifiers: [email(value)] })).map(planned)
      const report = await bench.lab.connector.verify(bench.context, { ...leg, others })
      expect(verdictOf(report, 'contact')).toBe('absent')
    }))

  it('follows a contact that was merged between plan and act, and does not call it gone', () =>
    withBench({}, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      const [, lead = ''] = bench.lab.subject.refs.contact ?? []
      const into = await bench.addContact({ role: 'user', email: 'merged.target@example.net' })
      await bench.send('POST', '/contacts/merge', { from: lead, into })
      await eraseAll(bench, leg)
      expect(verdictOf(await bench.verify(leg), 'contact')).toBe('present')
      const effect = { step: 'delete_contact', target: lead, part: 'contact', after: [] }
      expect(await lookBack(bench, 'erasure', effect)).toBe('not_happened')
    }))

  it('cannot tell about parts of a conversation with others that Intercom does not show', () =>
    withBench({}, async (bench) => {
      const { leg } = await eraseAll(bench)
      const records = leg.records.map((record) => ({
        ...record,
        content: JSON.stringify(record.content).includes('shared_with')
          ? { ...(record.content as object), parts_not_shown: 12 }
          : record.content,
      }))
      expect(verdictOf(await bench.verify({ ...leg, records }), 'conversations')).toBe('cannot_tell')
    }))
})
