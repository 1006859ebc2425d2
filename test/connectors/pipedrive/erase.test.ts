import { describe, expect, it } from '@jest/globals'
import { pipedrive } from '../../../connectors/pipedrive/index.ts'
import { findingOf } from '../../../src/connector/index.ts'
import type { JsonObject, LegSubject, PlannedRecord } from '../../../src/connector/index.ts'
import { act } from '../conformance/acting.ts'
import { gather, legOf } from '../conformance/driver.ts'
import { expectWell } from '../conformance/facts.ts'
import { changesIn, personOf, verbOf, verdictIn, withBench } from './bench.ts'
import type { Bench } from './bench.ts'

const DAY_MS = 86_400_000

async function legFor({ lab, context }: Bench): Promise<LegSubject> {
  return legOf(await gather(lab, lab.subject, context))
}

async function eraseAll(bench: Bench, leg: LegSubject) {
  return act(bench.lab, [await verbOf(bench, 'erasure').plan(bench.context, leg)], { context: bench.context })
}

async function erase(bench: Bench): Promise<LegSubject> {
  const leg = await legFor(bench)
  expectWell(await eraseAll(bench, leg))
  return leg
}

async function look({ context }: Bench, { right, records, identifiers }: LegSubject) {
  return (await pipedrive.verify(context, { right, records, identifiers })).findings
}

/** Moves records from those to act on to those that stay. */
function keeping(leg: LegSubject, isKept: (record: PlannedRecord) => boolean): LegSubject {
  return { ...leg, records: leg.records.filter((one) => !isKept(one)), kept: leg.records.filter(isKept) }
}

function activityOf({ send }: Bench, id: string): Promise<JsonObject> {
  return send('GET', `/api/v2/activities/${id}?include_fields=attendees`) as Promise<JsonObject>
}

describe('the way of a Pipedrive erasure', () => {
  it('overwrites the person before the deletion, and touches it never again', () =>
    withBench({}, async (bench) => {
      const [id = ''] = bench.lab.subject.refs.person ?? []
      await erase(bench)

      const changes = changesIn(bench).filter((change) => change.endsWith(`/persons/${id}`))
      expect(changes).toEqual([`PATCH /api/v2/persons/${id}`, `DELETE /api/v2/persons/${id}`])
      const patch = bench.lab.sandbox
        .calls()
        .find(({ method, path }) => method === 'PATCH' && path.endsWith(`/persons/${id}`))
      expect(JSON.parse(patch?.requestBody ?? '{}')).toMatchObject({ name: `Erased ${id}`, emails: [], phones: [] })
    }))

  it('overwrites every custom field', () =>
    withBench({}, async (bench) => {
      const [id = ''] = bench.lab.subject.refs.person ?? []
      const fields = (await personOf(bench, id)).custom_fields as JsonObject
      await erase(bench)

      const patches = bench.lab.sandbox
        .calls()
        .filter(({ method, path }) => method === 'PATCH' && path.endsWith(`/persons/${id}`))
      const body = JSON.parse(patches[0]?.requestBody ?? '{}') as { custom_fields: JsonObject }
      expect(body.custom_fields).toEqual(Object.fromEntries(Object.keys(fields).map((key) => [key, null])))
    }))

  it('puts an address of nobody in the place of those that an empty list does not clear', () =>
    withBench({ switches: { empty_emails: 'keeps' } }, async (bench) => {
      const [id = ''] = bench.lab.subject.refs.person ?? []
      await erase(bench)

      const patches = bench.lab.sandbox
        .calls()
        .filter(({ method, path }) => method === 'PATCH' && path.endsWith(`/persons/${id}`))
      const last = JSON.parse(patches.at(-1)?.requestBody ?? '{}') as { emails: { value: string }[] }
      expect(last.emails.map(({ value }) => value)).toEqual([`erased-${id}@invalid.example`])
    }))

  it.each(['404', 'flagged', '410'])(
    'edits nobody who is deleted already (%s), since that puts off the purge',
    (deleted_person) =>
      withBench({ switches: { deleted_person } }, async (bench) => {
        const leg = await legFor(bench)
        const [id = ''] = bench.lab.subject.refs.person ?? []
        await bench.send('DELETE', `/api/v2/persons/${id}`)
        const before = changesIn(bench).length

        const verb = verbOf(bench, 'erasure')
        for (const step of ['anonymise_person', 'clear_addresses']) {
          const members = [{ key: 'one', target: id, details: {} }]
          expect(await verb.perform(bench.context, { right: 'erasure', step, members })).toEqual([
            { key: 'one', answer: { kind: 'already' } },
          ])
        }
        expect(changesIn(bench).length).toBe(before)
        expect(leg.records.length).toBeGreaterThan(0)
      }),
  )

  it('blanks a note before it is marked as deleted', () =>
    withBench({ switches: { deleted_note: 'flagged' } }, async (bench) => {
      const [id = ''] = bench.lab.subject.refs.notes ?? []
      const leg = await erase(bench)

      expect(await bench.send('GET', `/api/v1/notes/${id}`)).toMatchObject({ active_flag: false, content: '[erased]' })
      expect(verdictIn(await look(bench, leg), 'notes')).toEqual({ kind: 'absent' })
    }))

  it('says that a note is there while its text is, marked as deleted or not', () =>
    withBench({ switches: { deleted_note: 'flagged' } }, async (bench) => {
      const leg = await legFor(bench)
      for (const id of bench.lab.subject.refs.notes ?? []) await bench.send('DELETE', `/api/v1/notes/${id}`)

      expect(verdictIn(await look(bench, leg), 'notes')).toEqual({ kind: 'present' })
    }))

  it('erases the person although another user’s call log is refused', () =>
    withBench({ switches: { other_users_calls: 'forbidden' } }, async (bench) => {
      const leg = await legFor(bench)
      const running = await eraseAll(bench, leg)

      expect(running.filter(({ state }) => state !== 'done').map(({ effect, how }) => [effect.step, how])).toEqual([
        ['delete_call', 'VENDOR_SCOPE_MISSING'],
      ])
      expect(bench.lab.sandbox.remaining(bench.lab.subject)).toMatchObject({ person: 0, calls: 1 })
      expect(verdictIn(await look(bench, leg), 'calls')).toEqual({ kind: 'present' })
    }))

  it('says that a deal is there when Pipedrive does not let go of the person', () =>
    withBench({ switches: { unlink_deal: 'refused' } }, async (bench) => {
      const leg = await legFor(bench)
      await eraseAll(bench, leg)

      expect(bench.lab.sandbox.remaining(bench.lab.subject).person).toBe(0)
      expect(verdictIn(await look(bench, leg), 'deals')).toEqual({ kind: 'present' })
    }))
})

describe('what is shared with others', () => {
  it('leaves the activity to the colleague, without the person’s traces and part in it', () =>
    withBench({}, async (bench) => {
      const { person, refs } = bench.lab.subject
      const id = refs.activities?.[3] ?? ''
      await erase(bench)

      const activity = await activityOf(bench, id)
      expect(activity.subject).toBe('Crane day with Noor Colpaert and [erased]')
      expect(
        (activity.participants as { person_id: number }[]).map(({ person_id }) => String(person_id)),
      ).not.toContain(refs.person?.[0])
      expect(JSON.stringify(activity)).not.toContain(person.lastName)
    }))

  it('makes the next participant the first when the first one goes', () =>
    withBench({}, async (bench) => {
      const id = bench.lab.subject.refs.activities?.[4] ?? ''
      const before = (await activityOf(bench, id)).participants as JsonObject[]
      await erase(bench)

      const activity = await activityOf(bench, id)
      expect(activity.participants).toEqual([{ person_id: before[1]?.person_id, primary: true }])
      expect(activity.person_id).toBe(before[1]?.person_id)
    }))

  it('takes a guest who is known by address only off the list', () =>
    withBench({}, async (bench) => {
      const id = bench.lab.subject.refs.activities?.[5] ?? ''
      await erase(bench)

      const guests = (await activityOf(bench, id)).attendees as JsonObject[]
      expect(guests.map(({ name }) => name)).toEqual(['Noor Colpaert'])
    }))

  it('deletes no activity that a colleague joined after the search', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      const [id = '', , , shared = ''] = bench.lab.subject.refs.activities ?? []
      const colleague = ((await activityOf(bench, shared)).participants as JsonObject[])[0]?.person_id ?? null
      const own = Number(bench.lab.subject.refs.person?.[0])
      const participants = [
        { person_id: own, primary: true },
        { person_id: colleague, primary: false },
      ]
      await bench.send('PATCH', `/api/v2/activities/${id}`, { participants })

      const plan = await verbOf(bench, 'erasure').plan(bench.context, leg)

      expect(plan.filter(({ target }) => target === id).map(({ step }) => step)).toEqual(['redact_activity'])
    }))

  it('keeps the comments of a kept note, and keeps a deal that a person decided to keep', () =>
    withBench({}, async (bench) => {
      const [note = '', ...others] = bench.lab.subject.refs.notes ?? []
      const leg = await legFor(bench)
      const kept = keeping(leg, ({ part, ref }) => (part === 'notes' && ref === note) || part === 'deals')

      expectWell(await eraseAll(bench, kept))

      expect(bench.lab.sandbox.remaining(bench.lab.subject)).toMatchObject({
        notes: 1,
        note_comments: 3,
        deals: 3,
        person: 0,
      })
      expect(others.length).toBe(2)
    }))

  it('only takes the person out of a deal of somebody else', () =>
    withBench({}, async (bench) => {
      const [id = ''] = bench.lab.subject.refs.deal_participations ?? []
      await erase(bench)

      const deal = (await bench.send('GET', `/api/v2/deals/${id}`)) as JsonObject
      const parts = (await bench.send('GET', `/api/v1/deals/${id}/participants?limit=500`)) as JsonObject[]
      expect(deal).toMatchObject({ title: 'Noor with [erased]', person_id: expect.any(Number) })
      expect(parts.length).toBe(1)
    }))

  it('leaves mail in the mailboxes of other users, and says so', () =>
    withBench({}, async (bench) => {
      const leg = await erase(bench)

      expect(bench.lab.sandbox.remaining(bench.lab.subject)).toMatchObject({ mail: 0, mail_of_others: 1 })
      expect(verdictIn(await look(bench, leg), 'mail_of_others')).toEqual({ kind: 'present' })
    }))
})

describe('looking again', () => {
  it.each(['404', 'flagged', '410'])(
    'says until when a deleted person (%s) can be restored, and that it is gone then',
    (deleted_person) =>
      withBench({ switches: { deleted_person } }, async (bench) => {
        const leg = await erase(bench)
        const verdict = verdictIn(await look(bench, leg), 'person') as { kind: string; purgeByMs: number }

        expect(verdict.kind).toBe('soft_deleted')
        expect(verdict.purgeByMs).toBeGreaterThan(bench.lab.clock.nowMs() + 29 * DAY_MS)
        expect(verdict.purgeByMs).toBeLessThanOrEqual(bench.lab.clock.nowMs() + 30 * DAY_MS)

        bench.lab.clock.push(31 * DAY_MS)
        const findings = await look(bench, leg)
        for (const part of ['person', 'files', 'activities'])
          expect(verdictIn(findings, part)).toEqual({ kind: 'absent' })
      }),
  )

  it.each([
    ['404', 'cannot_tell'],
    ['kept', 'present'],
  ])('never calls old addresses in the changelog gone (%s)', (changelog_after_delete, kind) =>
    withBench({ switches: { changelog_after_delete } }, async (bench) => {
      const all = await legFor(bench)
      expect(verdictIn(await look(bench, all), 'changelog')).toEqual({ kind: 'present' })
      const leg = await erase(bench)

      expect(verdictIn(await look(bench, leg), 'changelog')?.kind).toBe(kind)
      bench.lab.clock.push(31 * DAY_MS)
      expect(verdictIn(await look(bench, leg), 'changelog')?.kind).toBe('cannot_tell')
      const row = pipedrive.manifest.depth.find(({ part }) => part === 'changelog')
      expect(row).toMatchObject({ isRead: true, onErasure: 'left' })
    }),
  )

  it('never calls a deal anonymised whose changelog tells what was blanked', () =>
    withBench({}, async (bench) => {
      const leg = await erase(bench)
      const findings = await look(bench, leg)

      expect(verdictIn(findings, 'archived_deals')).toEqual({ kind: 'absent' })
      expect(verdictIn(findings, 'business_changelogs')).toEqual({ kind: 'present' })
      expect(pipedrive.manifest.depth.filter(({ onErasure }) => onErasure === 'anonymised')).toEqual([])
    }))

  it('sees a person that Pipedrive said it deleted and kept', () =>
    withBench({ switches: { delete_person: 'keeps' } }, async (bench) => {
      const leg = await erase(bench)

      expect(verdictIn(await look(bench, leg), 'person')).toEqual({ kind: 'present' })
    }))

  it('does not take what a lagging index still shows for a person', () =>
    withBench({ switches: { search_lag: 'a_minute' } }, async (bench) => {
      const leg = await erase(bench)

      expect(verdictIn(await look(bench, leg), 'person')?.kind).toBe('soft_deleted')
    }))

  it('sees a person that a program created again, and passes over one that is somebody else’s', () =>
    withBench({}, async (bench) => {
      const leg = await erase(bench)
      const ref = await bench.addPerson('Again', [bench.lab.subject.person.secondEmail])

      expect(verdictIn(await look(bench, leg), 'person')).toEqual({ kind: 'present' })
      const others = [{ part: 'person', ref, content: {} }]
      const { findings } = await pipedrive.verify(bench.context, { ...leg, others })
      expect(verdictIn(findings, 'person')?.kind).toBe('soft_deleted')
    }))

  it('proves nothing with a credential of another user than the one that saw the person', () =>
    withBench({}, async (bench) => {
      const leg = await erase(bench)
      const records = leg.records.map((record) =>
        record.part === 'person'
          ? { ...record, content: { ...(record.content as JsonObject), read_by_user_id: '999' } }
          : record,
      )

      expect(verdictIn(await look(bench, { ...leg, records }), 'person')?.kind).toBe('cannot_tell')
    }))

  it('does not call mail gone that is only marked as deleted', () =>
    withBench({ switches: { deleted_thread: 'flagged' } }, async (bench) => {
      const leg = await erase(bench)

      expect(verdictIn(await look(bench, leg), 'mail')?.kind).toBe('cannot_tell')
    }))

  it('does not wait for a purge that is overdue', () => {
    expect(findingOf('files', 1, { live: 0, purgeByMs: [1_000], nowMs: 2_000 })).toMatchObject({
      remaining: 1,
      verdict: { kind: 'present' },
    })
  })

  it('fails when the control does', () =>
    withBench({}, async (bench) => {
      const leg = await legFor(bench)
      bench.lab.sandbox.arm({ match: { path: /users\/me/ }, times: 1, what: { kind: 'status', status: 404 } })

      await expect(look(bench, leg)).rejects.toMatchObject({ code: 'VENDOR_REFUSED' })
    }))

  it('tells whether the user of the credential sees everybody', () =>
    withBench({ switches: { user: 'regular' } }, async ({ context }) => {
      const report = await pipedrive.check(context)

      expect(report.scopesMissing.map(({ scope }) => scope)).toEqual(['admin'])
    }))
})
