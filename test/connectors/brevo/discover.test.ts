import { describe, expect, it } from '@jest/globals'
import { isDsrError } from '../../../src/connector/index.ts'
import type { FoundRecord } from '../../../src/connector/index.ts'
import { contentOf, email, inPart, ownIds, withBench, worthOf } from './bench.ts'
import type { Bench } from './bench.ts'

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'none'
  } catch (error) {
    return isDsrError(error) ? error.code : 'not ours'
  }
}

function refsOf(records: readonly FoundRecord[]): readonly string[] {
  return records.map(({ part, ref }) => `${part} ${ref}`).sort()
}

function askedPaths({ lab }: Bench): readonly string[] {
  return lab.sandbox.calls().map(({ path }) => path)
}

describe('finding a person in Brevo', () => {
  it('never reads the controller’s own number as a contact’s id', () =>
    withBench({}, async (bench) => {
      const [strangerId = ''] = bench.lab.stranger.refs.contact ?? []
      const own = await bench.addContact({ email: 'numbered@example.org', attributes: { EXT_ID: strangerId } })
      const found = await bench.discover({ identifiers: [{ kind: 'external_id', value: strangerId }] })
      expect(inPart(found, 'contact').map(({ ref }) => ref)).toEqual([own])
      const lookups = bench.lab.sandbox.calls().filter(({ path }) => /^\/v3\/contacts\/[^/]+$/.test(path))
      expect(lookups.every(({ path, query }) => path.endsWith('attributes') || query.includes('identifierType='))).toBe(
        true,
      )
    }))

  it('takes a number alone for no proof, and both contacts of a person for one', () =>
    withBench({}, async (bench) => {
      const { person, identifiers } = bench.lab.subject
      const byPhone = await bench.discover({ identifiers: [{ kind: 'phone', value: person.phone }] })
      expect(worthOf(inPart(byPhone, 'contact'))).toEqual(['same_phone'])
      expect(new Set(worthOf(inPart(byPhone, 'sms_events')))).toEqual(new Set(['same_phone']))
      const byAll = await bench.discover({ identifiers })
      expect(inPart(byAll, 'contact').map(({ ref }) => ref)).toEqual(ownIds(bench))
      expect(new Set(worthOf(inPart(byAll, 'contact')))).toEqual(new Set(['certain']))
      expect(new Set(worthOf(inPart(byAll, 'sms_events')))).toEqual(new Set(['certain']))
    }))

  it('finds a contact by its WhatsApp and its landline number', () =>
    withBench({}, async (bench) => {
      for (const name of ['WHATSAPP', 'LANDLINE_NUMBER']) {
        const attributes = { [name]: '3293334455' }
        const id = await bench.addContact({ email: `${name.toLowerCase()}@example.org`, attributes })
        const found = await bench.discover({ identifiers: [{ kind: 'phone', value: '+3293334455' }] })
        expect(inPart(found, 'contact').map(({ ref }) => ref)).toContain(id)
      }
    }))

  it.each([
    ['sales@customer.example.org', 'role_mailbox'],
    ['jane@own.example.com', 'own_domain'],
    ['sandra.boxx@brevo-account.example.net', 'vendor_seat'],
    ['owner@brevo-account.example.net', 'vendor_seat'],
  ])('leaves it to a person whose record %s is (%s)', (address, reason) =>
    withBench({ ownDomains: ['own.example.com'] }, async (bench) => {
      await bench.addContact({ email: address })
      const found = await bench.discover({ identifiers: [email(address)] })
      expect(worthOf(inPart(found, 'contact'))).toEqual([reason])
    }),
  )

  it('leaves it to a person when the names differ', () =>
    withBench({}, async (bench) => {
      const { person } = bench.lab.subject
      const found = await bench.discover({ identifiers: [email(person.email)], names: ['Somebody Else'] })
      expect(worthOf(inPart(found, 'contact'))).toEqual(['differing_names'])
      expect(new Set(worthOf(inPart(found, 'notes')))).toEqual(new Set(['differing_names']))
    }))

  it('knows names by the attributes that the account’s language gave them', () =>
    withBench({ options: { attributes: { first_name: 'city' } } }, async (bench) => {
      const { person } = bench.lab.subject
      const identifiers = [email(person.email)]
      const found = await bench.discover({ identifiers, names: [`${person.city} ${person.lastName}`] })
      expect(worthOf(inPart(found, 'contact'))).toEqual(['certain'])
    }))

  it('reads notes over more than a page', () =>
    withBench({}, async (bench) => {
      const [customer] = ownIds(bench)
      for (let at = 0; at < 60; at += 1)
        await bench.send('POST', '/v3/crm/notes', { text: `note ${at}`, contactIds: [Number(customer)] })
      const found = await bench.discover({ identifiers: bench.lab.subject.identifiers })
      expect(inPart(found, 'notes')).toHaveLength(60 + (bench.lab.subject.refs.notes?.length ?? 0))
    }))

  it('shows nobody what a colleague shares, and still erases the person’s traces in it', () =>
    withBench({}, async (bench) => {
      const { identifiers } = bench.lab.subject
      const worth = async (right: 'access' | 'erasure') => {
        const found = await bench.discover({ right, identifiers })
        return [...inPart(found, 'notes'), ...inPart(found, 'tasks')].flatMap((record) => worthOf([record]))
      }
      expect((await worth('access')).filter((one) => one === 'shared_record')).toHaveLength(2)
      expect(new Set(await worth('erasure'))).toEqual(new Set(['certain']))
    }))

  it('leaves deals, companies, their files and orders to a person', () =>
    withBench({}, async (bench) => {
      const found = await bench.discover({ identifiers: bench.lab.subject.identifiers })
      for (const part of ['deals', 'companies', 'orders'])
        expect(new Set(worthOf(inPart(found, part)))).toEqual(new Set(['business_record']))
      expect(worthOf(inPart(found, 'files')).filter((one) => one === 'business_record')).toHaveLength(1)
    }))

  it('reads reports over the whole time although the vendor bounds their dates', async () => {
    const found: (readonly string[])[] = []
    for (const report_dates of ['any', 'ninety_days'])
      await withBench({ switches: { report_dates } }, async (bench) => {
        found.push(refsOf(await bench.discover({ identifiers: bench.lab.subject.identifiers })).map(withoutTime))
      })
    expect(found[1]).toEqual(found[0])
  })

  it('reads mail only as far back as the account says, and needs no date of tomorrow', () =>
    withBench({ options: { mail_log_months: 1 } }, async (bench) => {
      const found = await bench.discover({ identifiers: [email(bench.lab.subject.person.email)] })
      expect(inPart(found, 'transactional_emails')).toHaveLength(1)
      const today = new Date(bench.lab.clock.nowMs()).toISOString().slice(0, 10)
      const log = bench.lab.sandbox.calls().filter(({ path }) => path === '/v3/smtp/emails')
      expect(log.every(({ query }) => !query.includes(`endDate=${today}`))).toBe(true)
    }))

  it('does not ask for what the account does not use', () =>
    withBench({ options: { not_in_use: ['orders', 'tasks', 'custom_events'] } }, async (bench) => {
      const found = await bench.discover({ identifiers: bench.lab.subject.identifiers })
      expect(found.some(({ part }) => ['orders', 'tasks', 'custom_events'].includes(part))).toBe(false)
      expect(askedPaths(bench)).not.toContain('/v3/orders')
      expect(askedPaths(bench)).not.toContain('/v3/crm/tasks')
      expect(askedPaths(bench)).toContain('/v3/crm/notes')
    }))

  it('takes only Brevo’s own words for “not found”, never a gateway’s', () =>
    withBench({}, async (bench) => {
      const identifiers = [email('nobody.at.all@example.net')]
      for (const body of ['<html>not here</html>', '{}', '{"code":"unauthorized","message":"no"}']) {
        const what = { kind: 'status', status: 404, body } as const
        bench.lab.sandbox.arm({ match: { path: /email_id/ }, times: 1, what })
        expect(await codeOf(bench.discover({ identifiers }))).toBe('VENDOR_ANSWER_UNREADABLE')
      }
      expect(await bench.discover({ identifiers })).toEqual([])
    }))

  it('says that a permission lacks when Brevo refuses a product', () =>
    withBench({}, async (bench) => {
      const what = { kind: 'status', status: 403, body: '{"code":"permission_denied","message":"no"}' } as const
      bench.lab.sandbox.arm({ match: { path: /\/v3\/crm\/deals/ }, times: 1, what })
      const { identifiers } = bench.lab.subject
      expect(await codeOf(bench.discover({ identifiers }))).toBe('VENDOR_SCOPE_MISSING')
    }))

  it('refuses options that are not of their kind', async () => {
    for (const options of [
      { mail_log_months: 0 },
      { mail_log_months: 61 },
      { attributes: { first_name: 7 } },
      { attributes: { nickname: 'NICK' } },
      { blocklist_stub: 'sometimes' },
      { not_in_use: 'orders' },
    ])
      await withBench({ options }, async (bench) => {
        expect(await codeOf(bench.discover({ identifiers: [email('a@example.org')] }))).toBe('CONFIG_INVALID')
      })
  })

  it('exports a mail with its stored text, and leaves out the addresses of received media', () =>
    withBench({}, async (bench) => {
      const found = await bench.discover({ right: 'access', identifiers: bench.lab.subject.identifiers })
      const mails = inPart(found, 'transactional_emails')
      const exported = []
      for await (const piece of bench.connector.export(bench.context, mails)) exported.push(piece)
      expect(exported).toHaveLength(mails.length)
      for (const piece of exported) expect(JSON.stringify(piece)).toContain('here is your invoice')
      expect(mails.every((mail) => contentOf(mail).body === undefined)).toBe(true)
    }))

  it('asks for a file’s address when its turn comes, since it is good for five minutes', () =>
    withBench({ switches: { file_address: 'five_minutes' } }, async (bench) => {
      const found = await bench.discover({ identifiers: bench.lab.subject.identifiers })
      const opened: string[] = []
      for await (const piece of bench.connector.export(bench.context, inPart(found, 'files'))) {
        bench.lab.clock.push(10 * 60_000)
        if (piece.kind === 'attachment')
          for await (const chunk of await piece.open()) opened.push(Buffer.from(chunk as Uint8Array).toString())
      }
      expect(opened.sort()).toEqual([0, 1, 2].map((at) => `bytes of file ${at} `))
    }))
})

/** Instants differ by when each lab was opened. */
function withoutTime(ref: string): string {
  return ref.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'then')
}
