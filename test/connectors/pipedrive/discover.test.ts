import { describe, expect, it } from '@jest/globals'
import { tokensOf } from '../../../connectors/pipedrive/costs.ts'
import { email, inPart, withBench, worthOf } from './bench.ts'

const CUSTOMER_FIELD = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678'

describe('finding a person in Pipedrive', () => {
  it('finds a person by a secondary address and learns the primary one', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const [person] = inPart(await discover({ identifiers: [email(subject.person.secondEmail)] }), 'person')

      expect(person?.ref).toBe(subject.refs.person?.[0])
      expect(person?.learned).toContainEqual({ ...email(subject.person.email), attribution: { kind: 'certain' } })
    }))

  it('finds activities in which the person is second, or a guest by address only', () =>
    withBench({}, async ({ lab: { subject }, discover, send }) => {
      const records = inPart(await discover({ identifiers: [email(subject.person.email)] }), 'activities')

      const listed = await send('GET', `/api/v2/activities?person_id=${subject.refs.person?.[0] ?? ''}&limit=500`)
      expect(records.map(({ ref }) => ref).sort()).toEqual([...(subject.refs.activities ?? [])].sort())
      expect((listed as unknown[]).length).toBeLessThan(records.length)
    }))

  it('asks no list that the person’s counters say is empty', () =>
    withBench({}, async ({ lab, discover, addPerson }) => {
      await addPerson('Bare Person', ['bare@example.org'])
      await discover({ identifiers: [email('bare@example.org')] })

      const asked = lab.sandbox.calls().map(({ path }) => path.replace(/\d+/g, ':id'))
      for (const list of ['notes', 'persons/:id/files', 'persons/:id/mailMessages'])
        expect(asked).not.toContain(`/api/v:id/${list}`)
      for (const list of ['activities', 'deals', 'persons/:id/followers', 'persons/:id/picture'])
        expect(asked).not.toContain(`/api/v:id/${list}`)
    }))

  it('spends what the README says on a person with nothing attached, 22 on nobody, and weighs the same', () =>
    withBench(
      { options: { tokens_share: 0.8 }, switches: { page_size: '100' } },
      async ({ lab, discover, addPerson }) => {
        await addPerson('Bare Person', ['bare@example.org'])
        const before = lab.sent.length
        await discover({ identifiers: [email('bare@example.org')] })

        const sent = lab.sent.slice(before)
        const tokens = sent.reduce((sum, call) => sum + tokensOf(call), 0)
        expect(tokens).toBe(212)
        expect(sent.map(({ buckets }) => buckets.tokens)).toEqual(sent.map((call) => tokensOf(call)))
        const known = lab.sent.length
        await discover({ identifiers: [email('nobody@example.org')] })
        expect(lab.sent.slice(known).reduce((sum, call) => sum + tokensOf(call), 0)).toBe(22)
      },
    ))

  it.each([
    { v1_paging: 'direct' },
    { v1_paging: 'nested', page_size: '100' },
    { empty_v1_list: 'empty' },
    { comments_in_flow: 'unnamed' },
  ])('finds everything whichever way Pipedrive pages: %j', (switches) =>
    withBench({ switches }, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [email(subject.person.email)] })

      for (const part of ['notes', 'note_comments', 'files', 'leads', 'mail', 'deal_participations'])
        expect(inPart(records, part).map(({ ref }) => ref)).toEqual(subject.refs[part])
    }),
  )

  it.each(['400', '403'])('does without the marketing fields where asking for them is answered with %s', (campaigns) =>
    withBench({ switches: { campaigns } }, async ({ lab, discover }) => {
      const records = await discover({ identifiers: [email(lab.subject.person.email)] })

      expect(inPart(records, 'person').length).toBe(1)
      expect(inPart(records, 'marketing_status')).toEqual([])
    }),
  )

  it('finds by the controller’s own number when the account names the field for it', () =>
    withBench({ options: { external_id_field: CUSTOMER_FIELD } }, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [{ kind: 'external_id', value: subject.person.externalId }] })

      expect(worthOf(inPart(records, 'person'))).toEqual(['certain'])
    }))

  it('does not ask for what the account does not use', () =>
    withBench({ options: { not_in_use: ['projects', 'archived_leads'] } }, async ({ lab, discover }) => {
      const records = await discover({ identifiers: [email(lab.subject.person.email)] })

      const asked = lab.sandbox.calls().map(({ path }) => path)
      expect(asked).not.toContain('/api/v2/projects')
      expect(asked).not.toContain('/api/v1/leads/archived')
      expect(inPart(records, 'archived_leads')).toEqual([])
    }))

  it('never yields an address by which anyone could open a file or message', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [email(subject.person.email)] })

      expect(JSON.stringify(records)).not.toMatch(/https?:/)
    }))
})

describe('what a match is worth', () => {
  it('takes the same telephone number for a candidate only', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [{ kind: 'phone', value: subject.person.phone }] })

      expect(new Set(worthOf(records))).toEqual(new Set(['same_phone']))
    }))

  it('takes two persons with one address for candidates', () =>
    withBench({}, async ({ lab: { subject }, discover, addPerson }) => {
      await addPerson('Double', ['double@example.org', subject.person.email])

      const records = await discover({ identifiers: [email(subject.person.email)] })

      expect(worthOf(inPart(records, 'person'))).toEqual(['address_on_two_records', 'address_on_two_records'])
    }))

  it('takes a role mailbox, an own address and a user’s address for candidates', () =>
    withBench({ ownDomains: ['own.example.net'] }, async ({ discover, addPerson }) => {
      const addresses = ['info@example.org', 'jo@own.example.net', 'sales.maes@vendor-seat.example.net']
      for (const address of addresses) await addPerson('Jo', [address])

      const records = await discover({ identifiers: addresses.map(email) })

      expect(worthOf(inPart(records, 'person'))).toEqual(['role_mailbox', 'own_domain', 'vendor_seat'])
    }))

  it('takes a person of another name for a candidate', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [email(subject.person.email)], names: ['Somebody Else'] })

      expect(worthOf(inPart(records, 'person'))).toEqual(['differing_names'])
    }))

  it('shows nobody a record that others share, and blanks it in an erasure', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const identifiers = [email(subject.person.email)]
      const shown = inPart(await discover({ identifiers, right: 'access' }), 'activities')
      const erased = inPart(await discover({ identifiers, right: 'erasure' }), 'activities')

      expect(worthOf(shown).filter((worth) => worth === 'shared_record').length).toBe(3)
      expect(new Set(worthOf(erased))).toEqual(new Set(['certain']))
    }))

  it('asks a person about mail with others in copy, about deals and about a deal’s files', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [email(subject.person.email)] })

      expect(worthOf(inPart(records, 'mail'))).toEqual(['certain', 'shared_record'])
      expect(new Set(worthOf(inPart(records, 'deals')))).toEqual(new Set(['business_record']))
      expect(worthOf(inPart(records, 'files'))).toEqual(['certain', 'certain', 'business_record'])
    }))
})

describe('an answer that is no answer', () => {
  it('takes a 403 for a missing permission', () =>
    withBench({}, async ({ lab, discover }) => {
      const refusal = { kind: 'status', status: 403, body: '{"success":false,"error":"forbidden"}' } as const
      lab.sandbox.arm({ match: { path: /\/flow/ }, times: 1, what: refusal })

      await expect(discover({ identifiers: [email(lab.subject.person.email)] })).rejects.toMatchObject({
        code: 'VENDOR_SCOPE_MISSING',
      })
    }))

  it('takes Cloudflare’s 403 for a block, and waits', () =>
    withBench({}, async ({ lab, discover }) => {
      const page = {
        kind: 'status',
        status: 403,
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html>',
      } as const
      lab.sandbox.arm({ match: { path: /\/search/ }, times: 1, what: page })

      await expect(discover({ identifiers: [email(lab.subject.person.email)] })).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterMs: 600_000,
      })
    }))

  it('never takes a success without the word for one', () =>
    withBench({}, async ({ lab, discover }) => {
      const body = '{"success":false,"data":{"items":[]}}'
      lab.sandbox.arm({ match: { path: /\/search/ }, times: 1, what: { kind: 'garbage', body } })

      await expect(discover({ identifiers: [email(lab.subject.person.email)] })).rejects.toMatchObject({
        code: 'VENDOR_ANSWER_UNREADABLE',
      })
    }))

  it.each(['direct', 'redirected'])('gives the bytes of a file that come %s', (download) =>
    withBench({ switches: { download } }, async ({ context, lab: { subject, sandbox } }) => {
      const { pipedrive } = await import('../../../connectors/pipedrive/index.ts')
      const [ref = ''] = subject.refs.files ?? []
      const bytes: Buffer[] = []
      for await (const piece of pipedrive.export(context, [{ part: 'files', ref, content: { name: 'plans.pdf' } }]))
        if (piece.kind === 'attachment')
          for await (const chunk of await piece.open()) bytes.push(Buffer.from(chunk as Uint8Array))

      expect(Buffer.concat(bytes).toString()).toBe(`plans.pdf of ${subject.person.key}`)
      const store = sandbox.calls().filter(({ path }) => path.startsWith('/store/'))
      expect(store.every(({ headers }) => !('x-api-token' in headers))).toBe(true)
    }),
  )
})
