import { textAt } from '../../../src/connector/index.ts'
import { describe, expect, it } from '@jest/globals'
import { openClient } from '../../../connectors/hubspot/client.ts'
import { hubspot } from '../../../connectors/hubspot/index.ts'
import { readObjects } from '../../../connectors/hubspot/objects.ts'
import { email, inPart, withBench, worthOf } from './bench.ts'

describe('finding a person in HubSpot', () => {
  it('finds a contact by a secondary address and learns the primary one', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [email(subject.person.secondEmail)] })

      const [contact] = inPart(records, 'contact')
      expect(contact?.ref).toBe(subject.refs.contact?.[0])
      expect(contact?.attribution).toEqual({ kind: 'certain' })
      expect(contact?.learned).toContainEqual({ ...email(subject.person.email), attribution: { kind: 'certain' } })
    }))

  it.each(['honoured', 'ignored'])(
    'finds a contact in the recycle bin when reading the bin by address is %s',
    (value) =>
      withBench({ switches: { archived_by_email: value } }, async ({ lab: { subject }, discover }) => {
        const records = await discover({ identifiers: [email(subject.person.email)] })

        expect(inPart(records, 'contact').map(({ ref }) => ref)).toEqual(subject.refs.contact)
      }),
  )

  it('keeps the ids of merged contacts', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const [contact] = inPart(await discover({ identifiers: [email(subject.person.email)] }), 'contact')

      const properties = (contact?.content as { properties: Record<string, string> }).properties
      expect(contact?.content).toMatchObject({ mergedIds: [properties.hs_merged_object_ids] })
    }))

  it('reads the history of every property', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const [history] = inPart(await discover({ identifiers: [email(subject.person.email)] }), 'property_history')

      const { values } = history?.content as { values: { city: { value: string }[] } }
      expect(values.city.map(({ value }) => value)).toEqual([subject.person.city, 'Namur'])
    }))

  it('reads more contacts than one batch holds, with and without history', () =>
    withBench({}, async ({ lab, context }) => {
      const ids = Array.from({ length: 120 }, (_, at) => String(at + 1))
      const api = openClient(context)
      const before = lab.sandbox.calls().length

      await readObjects(api, { type: 'contacts', ids, properties: ['email'] })
      await readObjects(api, { type: 'contacts', ids, properties: ['email'], history: ['email'] })

      const calls = lab.sandbox.calls().slice(before)
      expect(calls.map(({ status }) => status)).toEqual([207, 207, 207, 207, 207])
    }))

  it('searches a person who is in every place with fewer than a hundred calls', () =>
    withBench({ switches: { page_size: '100' } }, async ({ lab: { sandbox, subject }, discover }) => {
      await discover({ identifiers: [email(subject.person.email)] })

      expect(sandbox.calls().length).toBeLessThan(100)
    }))

  it('reads the whole text of a message that the list shortens', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const [thread] = inPart(await discover({ identifiers: [email(subject.person.email)] }), 'threads')

      const { messages } = thread?.content as { messages: { text: string }[] }
      expect(messages.map(({ text }) => text)).toContain('The crane… in full')
    }))

  it('reads all e-mail events over all pages as one record an address', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const events = inPart(await discover({ identifiers: [email(subject.person.email)] }), 'email_events')

      expect(events.map(({ ref, content }) => [ref, (content as { events: unknown[] }).events.length])).toEqual([
        [subject.person.email, 3],
      ])
    }))

  it('never yields the open address of a file', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const files = inPart(await discover({ identifiers: [email(subject.person.email)] }), 'attachments')

      expect(files.length).toBeGreaterThan(0)
      expect(JSON.stringify(files)).not.toContain('https://')
    }))

  it('finds by the controller’s own number when the account names the property for it', () =>
    withBench({ options: { external_id_property: 'customer_number' } }, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [{ kind: 'external_id', value: subject.person.externalId }] })

      expect(worthOf(inPart(records, 'contact'))).toEqual(['certain'])
    }))
})

describe('what a match is worth', () => {
  it('takes the same telephone number for a candidate only', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [{ kind: 'phone', value: subject.person.phone }] })

      expect(new Set(worthOf(records))).toEqual(new Set(['same_phone']))
    }))

  it('takes two records with one address for candidates, and what hangs on them too', () =>
    withBench({}, async ({ lab: { subject }, discover, addContact }) => {
      await addContact({ email: 'double@example.org', hs_additional_emails: subject.person.email })

      const records = await discover({ identifiers: [email(subject.person.email)] })

      expect(new Set(worthOf(inPart(records, 'contact')))).toEqual(new Set(['address_on_two_records']))
      expect(worthOf(inPart(records, 'notes'))).not.toContain('certain')
      expect(worthOf(inPart(records, 'email_events'))).not.toContain('certain')
    }))

  it('takes a contact of another name for a candidate', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [email(subject.person.email)], names: ['Quite Other'] })

      expect(new Set(worthOf(inPart(records, 'contact')))).toEqual(new Set(['differing_names']))
    }))

  it('knows a name in another order and case, with and without accents', () =>
    withBench({}, async ({ discover, addContact }) => {
      await addContact({ email: 'zoe@example.org', firstname: 'Zoë', lastname: 'Lefèvre' })

      const records = await discover({ identifiers: [email('zoe@example.org')], names: ['LEFEVRE zoe'] })

      expect(worthOf(inPart(records, 'contact'))).toEqual(['certain'])
    }))

  it.each([
    ['role_mailbox', 'info@example.org', []],
    ['vendor_seat', 'agent@seat.example.net', []],
    ['own_domain', 'jan@crew.cranes.example.com', ['cranes.example.com']],
  ] as const)('takes a contact at a %s for a candidate', (reason, address, ownDomains) =>
    withBench({ ownDomains }, async ({ discover, addContact }) => {
      await addContact({ email: address, firstname: 'Jan' })

      expect(worthOf(inPart(await discover({ identifiers: [email(address)] }), 'contact'))).toEqual([reason])
    }),
  )

  it('asks a person about business records', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [email(subject.person.email)] })

      const business = hubspot.manifest.depth.filter(({ isBusinessRecord }) => isBusinessRecord === true)
      for (const { part } of business)
        expect([part, worthOf(inPart(records, part))]).toEqual([part, ['business_record']])
    }))

  it('does not disclose a note that a colleague shares, though erasure may blank it', () =>
    withBench({}, async ({ lab: { subject }, discover }) => {
      const identifiers = [email(subject.person.email)]

      const shown = inPart(await discover({ identifiers, right: 'access' }), 'notes')
      const erased = inPart(await discover({ identifiers, right: 'erasure' }), 'notes')

      expect([...worthOf(shown)].sort()).toEqual(['certain', 'certain', 'shared_record'])
      expect(worthOf(erased)).toEqual(['certain', 'certain', 'certain'])
    }))
})

describe('an answer that is none', () => {
  it('says which scope is missing rather than "nothing"', () =>
    withBench({ switches: { scopes: 'no_conversations' } }, async ({ lab: { subject }, discover, context }) => {
      await expect(discover({ identifiers: [email(subject.person.email)] })).rejects.toMatchObject({
        code: 'VENDOR_SCOPE_MISSING',
      })
      const { scopesMissing } = await hubspot.check(context)
      expect(scopesMissing.map(({ scope }) => scope)).toEqual(['conversations.read', 'conversations.write'])
    }))

  it('does without a product that the account says it has not', () =>
    withBench(
      { switches: { scopes: 'no_conversations' }, options: { not_in_use: ['threads'] } },
      async ({ lab: { subject }, discover, context }) => {
        const records = await discover({ identifiers: [email(subject.person.email)] })

        expect(inPart(records, 'threads')).toEqual([])
        expect(inPart(records, 'contact').length).toBe(2)
        expect((await hubspot.check(context)).unavailable.map(({ part }) => part)).toEqual(['threads'])
      },
    ))

  it('refuses a batch that was answered in part', () =>
    withBench({}, async ({ lab: { sandbox, subject }, discover }) => {
      const errors = [{ status: 'error', category: 'INTERNAL_ERROR', context: { ids: ['1'] } }]
      const body = JSON.stringify({ status: 'COMPLETE', results: [], numErrors: 1, errors })
      sandbox.arm({ match: { path: /contacts\/batch\/read/ }, times: 1, what: { kind: 'status', status: 207, body } })

      await expect(discover({ identifiers: [email(subject.person.email)] })).rejects.toMatchObject({
        code: 'VENDOR_ANSWER_UNREADABLE',
      })
    }))

  it('ends a search of the recycle bin at the limit with an error and not with less', () =>
    withBench({ options: { recycle_bin_pages_max: 1 } }, async ({ lab: { subject }, discover }) => {
      await expect(discover({ identifiers: [email(subject.person.email)] })).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
      })
    }))

  it.each([
    [423, {}, { code: 'RATE_LIMITED', retryAfterMs: 2_000 }],
    [477, { 'retry-after': '7200' }, { code: 'VENDOR_UNAVAILABLE', retryAfterMs: 7_200_000 }],
  ] as const)('waits as HubSpot asks after a %d', (status, headers, ending) =>
    withBench({}, async ({ lab: { sandbox, subject }, discover }) => {
      sandbox.arm({ times: 1, what: { kind: 'status', status, headers } })

      await expect(discover({ identifiers: [email(subject.person.email)] })).rejects.toMatchObject({
        ...ending,
        mayHaveArrived: false,
      })
    }),
  )

  it.each([
    ['DAILY', { bucket: 'day', waitMs: 3_600_000 }],
    ['SECONDLY', { bucket: 'search', waitMs: 1_000 }],
    ['TEN_SECONDLY_ROLLING', { bucket: 'ten_seconds', waitMs: 10_000 }],
  ])('holds the bucket of the exhausted policy %s', (policyName, hold) => {
    const body = Buffer.from(JSON.stringify({ status: 'error', policyName }))

    expect(hubspot.interpretHold?.({ status: 429, headers: {}, body }, 0)).toEqual(hold)
  })

  it('refuses an option that is not of its kind', () =>
    withBench({ options: { not_in_use: 'threads' } }, async ({ discover }) => {
      await expect(discover({ identifiers: [email('a@example.org')] })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        field: 'not_in_use',
      })
    }))

  it('reads ids that come as numbers', () =>
    withBench({ switches: { association_ids: 'number' } }, async ({ lab: { subject }, discover }) => {
      const records = await discover({ identifiers: [email(subject.person.email)] })

      expect(inPart(records, 'notes').map(({ content }) => textAt(content, 'id'))).toEqual(subject.refs.notes)
    }))
})
