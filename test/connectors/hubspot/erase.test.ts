import { describe, expect, it } from '@jest/globals'
import { hubspot } from '../../../connectors/hubspot/index.ts'
import { findingOf } from '../../../src/connector/index.ts'
import type { JsonValue, LegSubject, PlannedRecord, WritingVerb } from '../../../src/connector/index.ts'
import { act } from '../conformance/acting.ts'
import { gather, legOf } from '../conformance/driver.ts'
import { expectWell } from '../conformance/facts.ts'
import { verdictIn, withBench } from './bench.ts'
import type { Bench } from './bench.ts'

const DAY_MS = 86_400_000

function eraser(): WritingVerb {
  const verb = hubspot.writing.erasure
  if (verb === undefined) throw new Error('HubSpot erases')
  return verb
}

async function legFor({ lab, context }: Bench): Promise<LegSubject> {
  return legOf(await gather(lab, lab.subject, context))
}

async function erase(bench: Bench, leg: LegSubject): Promise<void> {
  const plan = await eraser().plan(bench.context, leg)
  expectWell(await act(bench.lab, [plan], { context: bench.context }))
}

async function look({ context }: Bench, { right, records, identifiers }: LegSubject) {
  return (await hubspot.verify(context, { right, records, identifiers })).findings
}

/** Moves records of a part from those to act on to those that stay. */
function keeping(leg: LegSubject, isKept: (record: PlannedRecord) => boolean): LegSubject {
  return { ...leg, records: leg.records.filter((one) => !isKept(one)), kept: leg.records.filter(isKept) }
}

async function readOne({ send }: Bench, type: string, ref: string): Promise<Record<string, string> | undefined> {
  const wanted = {
    inputs: [{ id: ref }],
    properties: ['hs_note_body', 'content', 'subject'],
    propertiesWithHistory: [],
  }
  const answer = await send('POST', `/crm/v3/objects/${type}/batch/read`, wanted)
  return (answer as { results: { properties: Record<string, string> }[] }).results[0]?.properties
}

async function holdersOf({ send }: Bench, note: string): Promise<readonly string[]> {
  const answer = await send('POST', '/crm/v4/associations/notes/contacts/batch/read', { inputs: [{ id: note }] })
  const { results } = answer as { results: { to: { toObjectId: string }[] }[] }
  return results.flatMap(({ to }) => to.map(({ toObjectId }) => toObjectId))
}

describe('the way of a HubSpot erasure', () => {
  it('opts every known address out before anything else is changed', () =>
    withBench({}, async (bench) => {
      const { subject, sandbox } = bench.lab
      await erase(bench, await legFor(bench))

      const changes = sandbox.calls().filter(({ isChange }) => isChange)
      const optOuts = changes.slice(0, 2).map(({ path }) => decodeURIComponent(path.split('/').at(-2) ?? ''))
      expect(optOuts.sort()).toEqual([subject.person.email, subject.person.secondEmail].sort())
      expect(changes.at(-1)?.path).toBe('/crm/v3/objects/contacts/gdpr-delete')
    }))

  it('opts each brand out that the account names', () =>
    withBench({ options: { business_unit_ids: [77] } }, async (bench) => {
      await erase(bench, await legFor(bench))

      const optOuts = bench.lab.sandbox
        .calls()
        .filter(({ path, method }) => method === 'POST' && path.endsWith('/unsubscribe-all'))
      expect(optOuts.map(({ query }) => new URLSearchParams(query).get('businessUnitId'))).toEqual([
        null,
        '77',
        null,
        '77',
      ])
    }))

  it('opts nobody out when the account says so', () =>
    withBench({ options: { unsubscribe_before_delete: false } }, async (bench) => {
      const plan = await eraser().plan(bench.context, await legFor(bench))

      expect(plan.filter(({ step }) => step === 'unsubscribe')).toEqual([])
      expect(plan.filter(({ step }) => step === 'purge_contact').length).toBe(2)
    }))

  it('erases contacts by HubSpot’s id and never by an address', () =>
    withBench({}, async (bench) => {
      await erase(bench, await legFor(bench))

      const bodies = bench.lab.sandbox
        .calls()
        .filter(({ path }) => path.endsWith('/contacts/gdpr-delete'))
        .map(({ requestBody }) => JSON.parse(requestBody) as JsonValue)
      expect(bodies).toEqual(bench.lab.subject.refs.contact?.map((objectId) => ({ objectId })))
    }))

  it('erases the contact in the recycle bin as well', () =>
    withBench({}, async (bench) => {
      await erase(bench, await legFor(bench))

      const binned = await bench.send('GET', '/crm/v3/objects/contacts?archived=true&limit=100')
      const ids = (binned as { results: { id: string }[] }).results.map(({ id }) => id)
      expect(ids).not.toContain(bench.lab.subject.refs.contact?.[1])
    }))

  it('plans nothing for what lies in the trash already', () =>
    withBench({}, async (bench) => {
      const [first] = bench.lab.subject.refs.threads ?? []
      await bench.send('DELETE', `/conversations/v3/conversations/threads/${first ?? ''}`)

      const plan = await eraser().plan(bench.context, await legFor(bench))

      expect(plan.filter(({ step }) => step === 'delete_thread').map(({ target }) => target)).not.toContain(first)
    }))
})

describe('what is shared with others', () => {
  it('leaves a colleague’s note to the colleague, without the subject’s traces and link', () =>
    withBench({}, async (bench) => {
      const { person, refs } = bench.lab.subject
      const shared = refs.notes?.[2] ?? ''
      await erase(bench, await legFor(bench))

      const body = (await readOne(bench, 'notes', shared))?.hs_note_body ?? ''
      expect(body).toContain('Noor Colpaert met [erased]')
      expect(body).toContain('crane')
      for (const trace of [person.firstName, person.lastName, person.email, person.phone])
        expect(body).not.toContain(trace)
      const holders = await holdersOf(bench, shared)
      expect(holders.length).toBe(1)
      expect(refs.contact).not.toContain(holders[0])
    }))

  it('archives no note that a colleague was added to after the search', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      const shared = bench.lab.subject.refs.notes?.[2] ?? ''
      // The plan is made from records that do not know the colleague yet.
      const records = leg.records.map((record) =>
        record.ref === shared ? { ...record, content: { id: record.ref } } : record,
      )

      const plan = await eraser().plan(bench.context, { ...leg, records })

      expect(plan.filter(({ target }) => target === shared).map(({ step }) => step)).toEqual([
        'redact_notes',
        'unlink_notes',
      ])
    }))

  it('blanks the traces of both when two requests share a record in one call', () =>
    withBench({}, async (bench) => {
      const { person, refs } = bench.lab.subject
      const shared = refs.notes?.[2] ?? ''
      const traces = (name: string) => ({ traces: { emails: [], phones: [], names: [name] } })

      await eraser().perform(bench.context, {
        right: 'erasure',
        step: 'redact_notes',
        members: [
          { key: 'one', target: shared, details: traces(person.firstName) },
          { key: 'other', target: shared, details: traces('Noor') },
        ],
      })

      const body = (await readOne(bench, 'notes', shared))?.hs_note_body ?? ''
      expect(body).not.toContain(person.firstName)
      expect(body).not.toContain('Noor')
    }))

  it('keeps a deal, a ticket and an invoice that a person decided to keep', () =>
    withBench({}, async (bench) => {
      const isBusiness = ({ part }: PlannedRecord): boolean => ['deals', 'tickets', 'invoices'].includes(part)
      const leg = keeping(await legFor(bench), isBusiness)
      const [ticket] = bench.lab.subject.refs.tickets ?? []
      const before = await readOne(bench, 'tickets', ticket ?? '')

      await erase(bench, leg)

      expect(bench.lab.sandbox.remaining(bench.lab.subject)).toMatchObject({
        contact: 0,
        deals: 1,
        tickets: 1,
        invoices: 1,
      })
      expect(await readOne(bench, 'tickets', ticket ?? '')).toEqual(before)
    }))

  it('does not erase a contact that would take a kept note along', () =>
    withBench({}, async (bench) => {
      const [note] = bench.lab.subject.refs.notes ?? []
      const plan = await eraser().plan(
        bench.context,
        keeping(await legFor(bench), ({ ref }) => ref === note),
      )

      const purged = plan.filter(({ step }) => step === 'purge_contact').map(({ target }) => target)
      expect(purged).toEqual([bench.lab.subject.refs.contact?.[1]])
    }))

  it('keeps the files of a kept note', () =>
    withBench({}, async (bench) => {
      const note = bench.lab.subject.refs.notes?.[1]
      const leg = await legFor(bench)
      const files = leg.records.filter(({ parentRef }) => parentRef === note).map(({ ref }) => ref)

      const plan = await eraser().plan(
        bench.context,
        keeping(leg, ({ ref }) => ref === note),
      )

      expect(files.length).toBe(2)
      const deleted = plan.filter(({ step }) => step === 'delete_file').map(({ target }) => target)
      expect(deleted.filter((file) => files.includes(file))).toEqual([])
    }))
})

describe('looking again', () => {
  it('sees that a contact is still there when HubSpot said 204 and kept it', () =>
    withBench({ switches: { gdpr_delete: 'keeps' } }, async (bench) => {
      const leg = await legFor(bench)
      await erase(bench, leg)

      expect(verdictIn(await look(bench, leg), 'contact')).toEqual({ kind: 'present' })
    }))

  it('sees a contact that a program created again after the erasure', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      await erase(bench, leg)
      expect(verdictIn(await look(bench, leg), 'contact')).toEqual({ kind: 'absent' })

      await bench.addContact({ email: bench.lab.subject.person.secondEmail })

      expect(verdictIn(await look(bench, leg), 'contact')).toEqual({ kind: 'present' })
    }))

  it('passes over a contact that a person said is somebody else’s', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      await erase(bench, leg)
      const ref = await bench.addContact({ email: bench.lab.subject.person.email })

      const others = [{ part: 'contact', ref, content: {} }]
      const { findings } = await hubspot.verify(bench.context, { ...leg, others })

      expect(verdictIn(findings, 'contact')).toEqual({ kind: 'absent' })
    }))

  it('says until when archived activities lie in the recycle bin, and that they are gone then', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      const fromMs = bench.lab.clock.nowMs()
      await erase(bench, leg)

      const verdict = verdictIn(await look(bench, leg), 'notes')
      const untilMs = bench.lab.clock.nowMs() + 90 * DAY_MS
      expect(verdict).toEqual({ kind: 'soft_deleted', purgeByMs: expect.any(Number) })
      const { purgeByMs } = verdict as { purgeByMs: number }
      expect(purgeByMs).toBeGreaterThanOrEqual(fromMs + 90 * DAY_MS)
      expect(purgeByMs).toBeLessThanOrEqual(untilMs)

      bench.lab.clock.push(91 * DAY_MS)
      expect(verdictIn(await look(bench, leg), 'notes')).toEqual({ kind: 'absent' })
    }))

  it('does not wait for a purge that is overdue', () => {
    const left = { live: 0, purgeByMs: [1_000], nowMs: 2_000 }

    expect(findingOf('notes', 1, left)).toMatchObject({ remaining: 1, verdict: { kind: 'present' } })
  })

  it('says that a logged e-mail is gone at once', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      await erase(bench, leg)

      expect(verdictIn(await look(bench, leg), 'emails')).toEqual({ kind: 'absent' })
    }))

  it('says until when an erased contact waits for its purge', () =>
    withBench({ switches: { erased_contact: 'in_recycle_bin' } }, async (bench) => {
      const all = await legFor(bench)
      const leftover = bench.lab.subject.refs.contact?.[1]
      await erase(bench, all)
      const leg = { ...all, records: all.records.filter(({ ref }) => ref !== leftover) }

      const verdict = verdictIn(await look(bench, leg), 'contact') as { kind: string; purgeByMs: number }
      expect(verdict.kind).toBe('soft_deleted')
      expect(verdict.purgeByMs).toBeLessThanOrEqual(bench.lab.clock.nowMs() + 30 * DAY_MS)

      bench.lab.clock.push(31 * DAY_MS)
      expect(verdictIn(await look(bench, leg), 'contact')).toEqual({ kind: 'absent' })
    }))

  it('sees a contact in the recycle bin that HubSpot did not erase', () =>
    withBench({ switches: { gdpr_delete_of_archived: '404' } }, async (bench) => {
      const leg = await legFor(bench)
      await erase(bench, leg)

      expect(verdictIn(await look(bench, leg), 'contact')).toEqual({ kind: 'present' })
    }))

  it.each([
    ['kept', 'present'],
    ['scrubbed', 'absent'],
  ])('says whether form submissions, which nobody can delete, were %s', (value, kind) =>
    withBench({ switches: { form_submissions: value } }, async (bench) => {
      const leg = await legFor(bench)
      await erase(bench, leg)

      expect(verdictIn(await look(bench, leg), 'form_submissions')).toEqual({ kind })
    }),
  )

  it('sees that the opt-outs stand', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      expect(verdictIn(await look(bench, leg), 'subscription_status')).toEqual({ kind: 'present' })
      await erase(bench, leg)

      expect(verdictIn(await look(bench, leg), 'subscription_status')).toEqual({ kind: 'in_place' })
    }))

  it('never asks the search index', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      const before = bench.lab.sandbox.calls().length
      await look(bench, leg)

      const asked = bench.lab.sandbox.calls().slice(before)
      expect(asked.filter(({ path }) => path.endsWith('/search'))).toEqual([])
    }))

  it('counts nothing as absent when the control fails', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      bench.lab.sandbox.arm({ match: { path: /account-info/ }, times: 1, what: { kind: 'status', status: 404 } })

      await expect(look(bench, leg)).rejects.toMatchObject({ code: 'VENDOR_REFUSED' })
    }))

  it('reads back whether a lost erasure happened, also of a contact in the recycle bin', () =>
    withBench({}, async (bench) => {
      const [live = '', binned = ''] = bench.lab.subject.refs.contact ?? []
      const call = (key: string, target: string) => ({
        right: 'erasure' as const,
        step: 'purge_contact',
        members: [{ key, target, details: { isArchived: target === binned } }],
      })
      const verb = eraser()
      const answers = async () => [
        ...(await verb.readBack(bench.context, call('live', live))),
        ...(await verb.readBack(bench.context, call('binned', binned))),
      ]
      expect((await answers()).map(({ answer }) => answer.kind)).toEqual(['not_happened', 'not_happened'])

      await verb.perform(bench.context, call('live', live))
      await verb.perform(bench.context, call('binned', binned))

      expect((await answers()).map(({ answer }) => answer.kind)).toEqual(['happened', 'happened'])
    }))
})
