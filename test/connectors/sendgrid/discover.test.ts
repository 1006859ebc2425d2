import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sendgrid } from '../../../connectors/sendgrid/index.ts'
import { inventPerson } from '../../../src/connector/testing.ts'
import { byEmail, discover, lookAgain, openLab, planned, refsOf, verdictOf, withLab } from './lab.ts'
import type { Lab } from './lab.ts'

describe('what SendGrid holds on a person', () => {
  let lab: Lab
  beforeEach(async () => {
    lab = await openLab()
  })
  afterEach(() => lab.close())

  it('takes a whole search that is answered with 404 for "none found"', async () => {
    const records = await discover(lab, byEmail('nobody.here@example.com'))
    expect(records).toEqual([])
  })

  it('finds one of several addresses although the vendor calls another one malformed', async () => {
    const odd = { kind: 'email', value: 'jane@example.x1' } as const
    const records = await discover(lab, [odd, ...byEmail(lab.person.email)])
    expect(refsOf(records, 'contact')).toEqual(lab.subject.refs.contact)
  })

  it('never takes the 404 page of a gateway for "none found"', async () => {
    lab.sandbox.arm({
      match: { path: /search\/emails/ },
      times: 1,
      what: { kind: 'status', status: 404, body: '<html>no such site</html>' },
    })
    await expect(discover(lab, byEmail(lab.person.email))).rejects.toMatchObject({ code: 'VENDOR_REFUSED' })
  })

  it('fails with a missing scope when the vendor answers 403', async () => {
    lab.sandbox.arm({ match: { path: /suppression\/bounces/ }, times: 1, what: { kind: 'status', status: 403 } })
    await expect(discover(lab, byEmail(lab.person.email))).rejects.toMatchObject({ code: 'VENDOR_SCOPE_MISSING' })
  })

  it('does not take an address that only begins alike for the subject', async () => {
    const other = {
      ...inventPerson(42),
      email: lab.person.email.replace('@example.com', '@example.com.example.net'),
    }
    lab.sandbox.plant(other)
    const records = await discover(lab, byEmail(lab.person.email))
    expect(refsOf(records, 'bounces')).toEqual([lab.person.email])
    expect(JSON.stringify(records)).not.toContain(other.email)
  })

  it('compares the addresses of an answer again, whatever the vendor matched', async () => {
    const entry = [{ created: 1, email: `${lab.person.email}.example.net`, reason: 'unknown', status: '5.1.1' }]
    lab.sandbox.arm({
      match: { path: /suppression\/bounces/ },
      times: 1,
      what: { kind: 'status', status: 200, body: JSON.stringify(entry) },
    })
    expect(refsOf(await discover(lab, byEmail(lab.person.email)), 'bounces')).toEqual([])
  })

  it('searches an address of more than a hundred characters too', async () => {
    const long = { ...inventPerson(43), email: `${'a'.repeat(60)}@${'b'.repeat(50)}.example.com` }
    const planted = lab.sandbox.plant(long)
    const records = await discover(lab, byEmail(long.email))
    expect(refsOf(records, 'contact')).toEqual(planted.refs.contact)
  })

  it('reads more messages than one page of Email Logs and Email Activity holds', async () => {
    lab.sandbox.plantMessages(lab.person, 1_200)
    const records = await discover(lab, byEmail(lab.person.email))
    expect(new Set(refsOf(records, 'email_logs')).size).toBe(1_204)
    expect(new Set(refsOf(records, 'email_activity')).size).toBe(1_204)
  }, 120_000)

  it.each(['result', 'results'])('reads lists and seats over small pages, with seats under "%s"', async (field) => {
    lab.sandbox.set('pages', 'tiny')
    lab.sandbox.set('teammates_field', field)
    for (const seed of [50, 51, 52]) lab.sandbox.plant(inventPerson(seed))
    const last = inventPerson(53)
    const planted = lab.sandbox.plant(last)
    const records = await discover(lab, byEmail(last.email))
    expect(refsOf(records, 'teammates')).toEqual(planted.refs.teammates)
    const names = records.filter(({ part }) => part === 'lists').map(({ content }) => content)
    expect(names).toEqual([
      expect.objectContaining({ name: 'Newsletter' }),
      expect.objectContaining({ name: 'Site managers' }),
      expect.objectContaining({ name: 'Webinar 2026' }),
    ])
  })

  it('learns the further address, the phone number and the external id of a certain contact', async () => {
    const records = await discover(lab, byEmail(lab.person.email))
    const learned = records.flatMap((record) => record.learned)
    for (const value of [lab.person.secondEmail, lab.person.phone, lab.person.externalId]) {
      expect(learned).toContainEqual(expect.objectContaining({ value, attribution: { kind: 'certain' } }))
    }
  })
})

describe('who a record belongs to', () => {
  it('leaves an address on another contact to a person, and shows nothing of the other', () =>
    withLab({}, async (lab) => {
      const records = await discover(lab, lab.subject.identifiers)
      const [alternate] = records.filter(({ part }) => part === 'contact_alternate')
      expect(alternate?.attribution).toEqual({ kind: 'candidate', reason: 'alternate_address_of_another' })
      expect(Object.keys(alternate?.content ?? {})).toEqual(['alternate_email'])
    }))

  it.each([
    ['a mailbox that several people read', { person: { email: 'info@example.com' } }, 'role_mailbox'],
    ["an address at the controller's own domain", { ownDomains: ['example.com'] }, 'own_domain'],
  ])('leaves %s to a person', (_, options, reason) =>
    withLab(options, async (lab) => {
      const records = await discover(lab, byEmail(lab.person.email))
      const reasons = records.map(({ attribution }) => ('reason' in attribution ? attribution.reason : 'certain'))
      expect(new Set(reasons)).toEqual(new Set([reason, 'vendor_seat']))
    }),
  )

  it('leaves a contact with another name to a person', () =>
    withLab({}, async (lab) => {
      const records = await discover(lab, byEmail(lab.person.email), ['Somebody Else'])
      const [contact] = records.filter(({ part }) => part === 'contact')
      expect(contact?.attribution).toEqual({ kind: 'candidate', reason: 'differing_names' })
    }))

  it('leaves a contact with only the same phone number to a person', () =>
    withLab({}, async (lab) => {
      const records = await discover(lab, [{ kind: 'phone', value: lab.person.phone }])
      const [contact] = records.filter(({ part }) => part === 'contact')
      expect(contact?.attribution).toEqual({ kind: 'candidate', reason: 'same_phone' })
    }))

  it('leaves both contacts to a person when an address stands on two', () =>
    withLab({}, async (lab) => {
      const double = { ...inventPerson(60), secondEmail: lab.person.email }
      lab.sandbox.plant(double)
      const records = await discover(lab, [
        ...byEmail(lab.person.email),
        { kind: 'external_id', value: double.externalId },
      ])
      const contacts = records.filter(({ part }) => part === 'contact')
      expect(contacts.map(({ attribution }) => attribution)).toEqual([
        { kind: 'candidate', reason: 'address_on_two_records' },
        { kind: 'candidate', reason: 'address_on_two_records' },
      ])
    }))

  it('never takes a seat or an alert for certain', () =>
    withLab({}, async (lab) => {
      const records = await discover(lab, byEmail(lab.person.email))
      const staff = records.filter(({ part }) => part === 'teammates' || part === 'alerts')
      expect(staff.map(({ attribution }) => attribution)).toEqual([
        { kind: 'candidate', reason: 'vendor_seat' },
        { kind: 'candidate', reason: 'vendor_seat' },
      ])
    }))
})

describe('subusers and places that an account does not have', () => {
  it('looks into a subuser only when the configuration names it, since nothing cascades', async () => {
    await withLab({}, async (lab) => {
      const records = await discover(lab, byEmail(lab.person.email))
      expect(records.every(({ ref }) => !ref.startsWith(`${lab.sandbox.subuser}:`))).toBe(true)
    })
    await withLab({ options: { subusers: ['', 'sandbox-belgium'] } }, async (lab) => {
      const records = await discover(lab, byEmail(lab.person.email))
      const there = refsOf(records, 'contact').filter((ref) => ref.startsWith(`${lab.sandbox.subuser}:`))
      expect(refsOf(records, 'contact')).toHaveLength(2)
      expect(there).toHaveLength(1)
    })
  })

  it.each([
    ['found out by asking', {}],
    ['configured', { options: { region: 'eu' } }],
  ])('says that the EU host cannot show contacts (%s), never that there are none', (_, options) =>
    withLab({ ...options, switches: { region: 'eu' } }, async (lab) => {
      const records = await discover(lab, byEmail(lab.person.email))
      expect(refsOf(records, 'contact')).toEqual([])
      expect(refsOf(records, 'bounces')).toEqual([lab.person.email])
      const report = await lookAgain(lab, {
        right: 'erasure',
        records: records.map(planned),
        kept: [],
        identifiers: byEmail(lab.person.email),
      })
      for (const part of ['contact', 'lists', 'segments', 'email_activity'])
        expect(verdictOf(report, part)).toBe('cannot_tell')
      const { unavailable } = await sendgrid.check(lab.context)
      expect(unavailable.map(({ part }) => part)).toEqual(
        expect.arrayContaining(['contact', 'contact_alternate', 'lists', 'segments', 'email_activity']),
      )
    }),
  )

  it('takes 403 of the legacy contact database for "not on this account"', () =>
    withLab({ switches: { legacy_contactdb: 'absent' } }, async (lab) => {
      const records = await discover(lab, byEmail(lab.person.email))
      expect(refsOf(records, 'legacy_recipient')).toEqual([])
      expect(refsOf(records, 'contact')).toHaveLength(1)
      const { unavailable } = await sendgrid.check(lab.context)
      expect(unavailable).toContainEqual(expect.objectContaining({ part: 'legacy_recipient' }))
    }))

  it.each(['forbidden', 'refused'])('says that Email Activity cannot be read when it is %s', (state) =>
    withLab({ switches: { email_activity: state } }, async (lab) => {
      const records = await discover(lab, byEmail(lab.person.email))
      expect(refsOf(records, 'email_activity')).toEqual([])
      expect(refsOf(records, 'email_logs')).toHaveLength(4)
      // A key without the scope is not asked for: six calls a minute are few.
      const asked = lab.sandbox.calls().filter(({ path }) => path === '/v3/messages')
      expect(asked).toHaveLength(state === 'forbidden' ? 0 : 1)
      const { unavailable } = await sendgrid.check(lab.context)
      expect(unavailable).toContainEqual(expect.objectContaining({ part: 'email_activity' }))
      const leg = { right: 'erasure', records: records.map(planned), kept: [], identifiers: [] } as const
      expect(
        verdictOf(await lookAgain(lab, { ...leg, identifiers: byEmail(lab.person.email) }), 'email_activity'),
      ).toBe('cannot_tell')
    }),
  )
})
