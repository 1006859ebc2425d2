import { describe, expect, it } from '@jest/globals'
import { isDsrError } from '../../../src/connector/index.ts'
import { email, findingOf, inPart, planned, withBench, worthOf } from './bench.ts'

const idsOf = (records: readonly { readonly ref: string }[]) => records.map(({ ref }) => ref).sort()

describe('finding a person in Intercom', () => {
  it('takes the user and every lead of an address, since Intercom keeps one person as several', () =>
    withBench({}, async ({ lab, discover }) => {
      const found = inPart(await discover({ identifiers: [email(lab.subject.person.email)] }), 'contact')
      expect(worthOf(found)).toEqual(['certain', 'certain'])
    }))

  it('asks a person when two users hold the address', () =>
    withBench({}, async ({ lab, send, discover }) => {
      const { email: value } = lab.subject.person
      await send('POST', '/contacts', { role: 'user', email: value, external_id: 'someone-else-9' })
      const found = inPart(await discover({ identifiers: [email(value)] }), 'contact')
      expect(worthOf(found)).toEqual(Array.from({ length: 3 }, () => 'address_on_two_records'))
    }))

  it('takes the same number alone for a candidate', () =>
    withBench({}, async ({ lab, discover }) => {
      const found = await discover({ identifiers: [{ kind: 'phone', value: lab.subject.person.phone }] })
      expect(worthOf(inPart(found, 'contact'))).toEqual(['same_phone'])
      expect(new Set(worthOf(inPart(found, 'conversations')))).toEqual(new Set(['same_phone']))
    }))

  it('takes another name under the address for a candidate', () =>
    withBench({}, async ({ lab, discover }) => {
      const identifiers = [email(lab.subject.person.email)]
      const found = await discover({ identifiers, names: ['Somebody Else'] })
      // The lead without a name contradicts nothing.
      expect(worthOf(inPart(found, 'contact')).toSorted()).toEqual(['certain', 'differing_names'])
    }))

  it.each([
    ['role_mailbox', 'info@example.org', []],
    ['own_domain', 'jane.doe@staff.example.be', ['example.be']],
    ['vendor_seat', 'sandra.boxx@staff.example.net', []],
  ] as const)('takes an address for a candidate: %s', (reason, address, ownDomains) =>
    withBench({ ownDomains }, async ({ send, discover }) => {
      await send('POST', '/contacts', { role: 'user', email: address })
      expect(worthOf(inPart(await discover({ identifiers: [email(address)] }), 'contact'))).toEqual([reason])
    }),
  )

  it('learns what a contact reveals', () =>
    withBench({}, async ({ lab, discover }) => {
      const { person } = lab.subject
      const [user] = inPart(
        await discover({ identifiers: [{ kind: 'external_id', value: person.externalId }] }),
        'contact',
      )
      expect(user?.learned.map(({ kind, value }) => [kind, value])).toEqual([
        ['email', person.email],
        ['phone', person.phone],
        ['external_id', person.externalId],
      ])
    }))

  it('finds an archived contact, which no search shows, through the conversations its address began', () =>
    withBench({}, async ({ lab, send, discover }) => {
      const [, , lead = ''] = lab.subject.refs.contact ?? []
      const [, firstLead = ''] = lab.subject.refs.contact ?? []
      await send('POST', `/contacts/${firstLead}/archive`)
      const found = inPart(await discover({ identifiers: [email(lab.subject.person.email)] }), 'contact')
      expect(idsOf(found)).toContain(firstLead)
      expect(idsOf(found)).not.toContain(lead)
    }))

  it('finds an archived user by the controller’s own id', () =>
    withBench({}, async ({ lab, send, discover }) => {
      const [user = ''] = lab.subject.refs.contact ?? []
      await send('POST', `/contacts/${user}/archive`)
      const identifiers = [{ kind: 'external_id', value: lab.subject.person.externalId }] as const
      expect(idsOf(inPart(await discover({ identifiers }), 'contact'))).toEqual([user])
    }))

  it('follows a merged contact (410 and Link) to the one that it was merged into', () =>
    withBench({}, async ({ lab, send, addContact, discover }) => {
      const [, lead = ''] = lab.subject.refs.contact ?? []
      const into = await addContact({ role: 'user', email: 'new.address@example.net' })
      await send('POST', '/contacts/merge', { from: lead, into })
      const found = inPart(await discover({ identifiers: [email(lab.subject.person.email)] }), 'contact')
      expect(idsOf(found)).toContain(into)
      const merged = found.find(({ ref }) => ref === into)
      expect(merged?.attribution).toEqual({ kind: 'certain' })
      expect(merged?.learned).toEqual([
        { kind: 'email', value: 'new.address@example.net', attribution: { kind: 'certain' } },
      ])
    }))

  it('halves a list that is too long for the vendor’s search', () =>
    withBench({ switches: { in_max: '3' } }, async ({ lab, discover }) => {
      const strangers = Array.from({ length: 9 }, (_, at) => email(`nobody.${at}@example.org`))
      const found = await discover({ identifiers: [...strangers, ...lab.subject.identifiers] })
      expect(idsOf(inPart(found, 'contact'))).toEqual([...(lab.subject.refs.contact ?? [])].sort())
    }))

  it('asks for many addresses in one call', () =>
    withBench({ switches: { page_size: '150' } }, async ({ lab, discover }) => {
      await discover({ identifiers: Array.from({ length: 50 }, (_, at) => email(`nobody.${at}@example.org`)) })
      const searches = lab.sandbox.calls().filter(({ path }) => path === '/contacts/search')
      expect(searches).toHaveLength(1)
    }))

  it('names the version with every call', () =>
    withBench({}, async ({ lab, discover }) => {
      await discover({ identifiers: lab.subject.identifiers })
      const versions = new Set(lab.sandbox.calls().map(({ headers }) => headers['intercom-version']))
      expect([...versions]).toEqual(['2.16'])
    }))

  it('shows a conversation with others only to erasure; for access a person reads it first', () =>
    withBench({}, async ({ lab, discover }) => {
      const { identifiers } = lab.subject
      const worth = async (right: 'access' | 'erasure') =>
        worthOf(inPart(await discover({ right, identifiers }), 'conversations')).filter((one) => one !== 'certain')
      expect(await worth('erasure')).toEqual([])
      expect(await worth('access')).toEqual(['shared_record'])
    }))

  it('takes no file of somebody else in a shared conversation', () =>
    withBench({}, async ({ lab, discover }) => {
      const files = inPart(await discover({ identifiers: lab.subject.identifiers }), 'attachments')
      expect(files.some(({ content }) => JSON.stringify(content).includes('theirs.txt'))).toBe(false)
    }))

  it('gives access to the person’s own file in a ticket with others, once a person has read it', () =>
    withBench({}, async ({ lab, discover }) => {
      const { identifiers } = lab.subject
      const files = inPart(await discover({ right: 'access', identifiers }), 'shared_tickets')
      const mine = files.filter(({ label }) => label === 'mine.txt')
      expect(worthOf(mine)).toEqual(['shared_record'])
      expect(files.map(({ label }) => label)).not.toContain('not-mine.txt')
    }))

  it.each(['notes', 'tags', 'companies', 'events'])('finds an archived contact that has no %s any more', (place) =>
    withBench({}, async ({ lab, discover }) => {
      const body = JSON.stringify({ type: 'error.list', errors: [{ code: 'not_found' }] })
      const path = place === 'events' ? /^\/events/ : new RegExp(`^/contacts/[^/]+/${place}`)
      lab.sandbox.arm({ match: { path }, times: 2, what: { kind: 'status', status: 404, body } })
      const identifiers = [{ kind: 'external_id', value: lab.subject.person.externalId }] as const
      expect(inPart(await discover({ identifiers }), 'contact')).toHaveLength(1)
    }),
  )

  it('leaves signed addresses out of what it stores', () =>
    withBench({}, async ({ lab, discover }) => {
      const found = JSON.stringify(await discover({ identifiers: lab.subject.identifiers }))
      expect(found).not.toContain('signature=')
      expect(found).not.toContain('sig=')
    }))

  it('does not ask for what the workspace does not have', () =>
    withBench({ options: { not_in_use: ['calls', 'tickets'] } }, async ({ lab, discover, context }) => {
      await discover({ identifiers: lab.subject.identifiers })
      const asked = lab.sandbox.calls().filter(({ path }) => /^\/(calls|tickets)\//.test(path))
      expect(asked).toHaveLength(0)
      const { unavailable } = await lab.connector.check(context)
      expect(unavailable.map(({ part }) => part)).toEqual(['calls', 'tickets'])
    }))

  it('searches custom object types that the configuration names and the workspace lacks without harm', () =>
    withBench({ options: { custom_object_types: ['Invoice'] } }, async ({ lab, discover }) => {
      const found = inPart(await discover({ identifiers: lab.subject.identifiers }), 'custom_objects')
      expect(idsOf(found)).toEqual([...(lab.subject.refs.custom_objects ?? [])].sort())
    }))

  it('refuses options that are not of their kind', () =>
    withBench({ options: { retain_metrics: 'yes' } }, async ({ lab, discover }) => {
      const ending = discover({ identifiers: lab.subject.identifiers })
      await expect(ending).rejects.toMatchObject({ code: 'CONFIG_INVALID', field: 'retain_metrics' })
    }))

  it('says that a scope is missing, not that nothing is there', () =>
    withBench({}, async ({ lab, discover }) => {
      const body = JSON.stringify({ type: 'error.list', errors: [{ code: 'forbidden' }] })
      lab.sandbox.arm({ match: { path: /^\/tickets/ }, times: 1, what: { kind: 'status', status: 403, body } })
      await expect(discover({ identifiers: lab.subject.identifiers })).rejects.toMatchObject({
        code: 'VENDOR_SCOPE_MISSING',
      })
    }))

  it('does not take a 404 of something in between for absence', () =>
    withBench({}, async ({ lab, legOf, verify }) => {
      const leg = await legOf({ right: 'erasure' })
      const html = { kind: 'status', status: 404, body: '<html>no such host</html>' } as const
      lab.sandbox.arm({ match: { path: /^\/contacts\/[^/]+$/ }, times: 1, what: html })
      const error: unknown = await verify(leg).catch((one: unknown) => one)
      expect(isDsrError(error, 'VENDOR_ANSWER_UNREADABLE')).toBe(true)
    }))

  it('proves nothing with the credential of another workspace', () =>
    withBench({}, async ({ legOf, verify }) => {
      const leg = await legOf({ right: 'erasure' })
      const moved = leg.records.map((record) => ({
        ...record,
        content: { ...(record.content as object), workspace_id: 'another0' },
      }))
      await expect(verify({ ...leg, records: moved })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }))

  it('says what is still there for access as being in place', () =>
    withBench({}, async ({ lab, discover, verify }) => {
      const { identifiers } = lab.subject
      const records = (await discover({ right: 'access', identifiers })).map(planned)
      const report = await verify({ right: 'access', records, kept: [], identifiers })
      expect(findingOf(report, 'contact')).toEqual({
        part: 'contact',
        looked: 3,
        remaining: 3,
        verdict: { kind: 'in_place' },
      })
    }))
})
