import { describe, expect, it } from '@jest/globals'
import { openBrevo } from '../../../connectors/brevo/client.ts'
import { isDsrError } from '../../../src/connector/index.ts'
import {
  carryOut,
  changesIn,
  contentOf,
  effectOf,
  eraseAll,
  findingOf,
  inPart,
  lookBack,
  ownIds,
  planFor,
  verbOf,
  verdictOf,
  withBench,
} from './bench.ts'

const OWNER = 'owner@brevo-account.example.net'

describe('erasing in Brevo, beyond contacts', () => {
  it('deletes the mail log whatever its age, one call an address', () =>
    withBench({ options: { mail_log_months: 1 } }, async (bench) => {
      const { plan } = await eraseAll(bench)
      const { person } = bench.lab.subject
      const logs = plan.filter(({ step }) => step === 'delete_mail_log').map(({ target }) => target)
      expect([...logs].sort()).toEqual([person.email, person.secondEmail].sort())
      expect(bench.lab.sandbox.remaining(bench.lab.subject).transactional_emails).toBe(0)
    }))

  it('leaves the log of an address that others may read, or whose mail must stay', () =>
    withBench({ ownDomains: ['example.org'] }, async (bench) => {
      const { records } = await bench.legOf({ right: 'erasure' })
      const { person } = bench.lab.subject
      const mails = inPart(records, 'transactional_emails')
      const kept = mails.filter((mail) => contentOf(mail).email === person.email)
      const rest = records.filter((one) => !mails.includes(one) && one.part === 'notes')
      const { plan } = await planFor(bench, { records: rest, kept })
      expect(plan.filter(({ step }) => step === 'delete_mail_log')).toEqual([])
    }))

  it('waits for the process that deletes a log, and says gone only afterwards', () =>
    withBench({ switches: { log_delete: 'process' } }, async (bench) => {
      const { leg, plan } = await planFor(bench)
      const effect = effectOf(plan, 'delete_mail_log')
      const verb = verbOf(bench, 'erasure')
      const member = { key: 'one', target: effect.target, details: effect.details ?? {} }
      const call = { right: 'erasure', step: effect.step, members: [member] } as const
      const [first] = await verb.perform(bench.context, call)
      const jobRef = first?.answer.kind === 'accepted' ? first.answer.jobRef : ''
      expect(first?.answer.kind).toBe('accepted')
      const poll = async () =>
        (await verb.poll(bench.context, { ...call, members: [{ ...member, jobRef }] }))[0]?.answer
      expect((await poll())?.kind).toBe('accepted')
      expect(verdictOf(await bench.verify(leg), 'transactional_emails')).toBe('present')
      bench.lab.clock.push(31 * 3_600_000)
      expect((await poll())?.kind).toBe('done')
    }))

  it('looks for two days, since a log may go so late without a word', () =>
    withBench({ switches: { log_delete: 'a_day_later' } }, async (bench) => {
      const { leg } = await eraseAll(bench)
      const verdicts = []
      for (const waitMs of bench.connector.manifest.verifyAfterMs) {
        bench.lab.clock.push(waitMs)
        verdicts.push(verdictOf(await bench.verify(leg), 'transactional_emails'))
      }
      expect(verdicts).toEqual(['present', 'present', 'present', 'absent'])
    }))

  it('never takes an address off the transactional blocklist, and tells when Brevo did', async () => {
    for (const [blocked_after_contact, verdict] of [
      ['kept', 'in_place'],
      ['gone', 'absent'],
    ])
      await withBench({ switches: { blocked_after_contact: blocked_after_contact ?? '' } }, async (bench) => {
        const { leg } = await eraseAll(bench)
        expect(verdictOf(await bench.verify(leg), 'transactional_blocklist')).toBe(verdict)
        expect(changesIn(bench).some((change) => change.includes('blockedContacts'))).toBe(false)
      })
  })

  it('is refused the address of the account’s owner, which Brevo keeps', () =>
    withBench({}, async (bench) => {
      const id = await bench.addContact({ email: OWNER })
      const effect = { step: 'delete_contact', target: id, part: 'contact', after: [] }
      expect(await carryOut(bench, 'erasure', effect)).toBe('VENDOR_REFUSED')
      expect(await lookBack(bench, 'erasure', effect)).toBe('not_happened')
    }))

  it('takes a 404 for “already gone” in Brevo’s own words and beside a working control only', () =>
    withBench({}, async (bench) => {
      const { plan } = await planFor(bench)
      for (const step of ['delete_note', 'delete_contact', 'delete_mail_log']) {
        const effect = effectOf(plan, step)
        const match = { changesOnly: true }
        const gateway = { kind: 'status', status: 404, body: '<html>' } as const
        bench.lab.sandbox.arm({ match, times: 1, what: gateway })
        expect(await carryOut(bench, 'erasure', effect)).toBe('VENDOR_ANSWER_UNREADABLE')
        const own = { kind: 'status', status: 404, body: '{"message":"Document not found"}' } as const
        bench.lab.sandbox.arm({ match, times: 1, what: own })
        bench.lab.sandbox.arm({ match: { path: /attributes/ }, times: 1, what: { kind: 'garbage', body: '{}' } })
        expect(await carryOut(bench, 'erasure', effect)).toBe('VENDOR_ANSWER_UNREADABLE')
        bench.lab.sandbox.arm({ match, times: 1, what: own })
        expect(await carryOut(bench, 'erasure', effect)).toBe('already')
      }
    }))

  it('splits a batch that Brevo refuses because of one contact', async () => {
    for (const switches of [{ batch_max: '1' }, { batch_with_a_stranger: 'fails_whole' }])
      await withBench({ switches }, async (bench) => {
        const [customer] = ownIds(bench)
        const verb = verbOf(bench, 'erasure')
        const members = [
          { key: 'there', target: customer },
          { key: 'gone', target: '999999999' },
        ]
        const block = (some: typeof members) =>
          verb.perform(bench.context, { right: 'erasure', step: 'block_contact', members: some })
        expect((await block(members)).map(({ answer }) => answer.kind)).toEqual(['split', 'split'])
        expect((await block(members.slice(0, 1)))[0]?.answer.kind).toBe('done')
        expect((await block(members.slice(1)))[0]?.answer.kind).toBe('already')
      })
  })

  it('tells that a file without an id cannot be looked at', () =>
    withBench({ switches: { file_ids: 'hidden' } }, async (bench) => {
      const { leg, plan } = await eraseAll(bench)
      expect(plan.some(({ step }) => step === 'delete_file')).toBe(false)
      expect(verdictOf(await bench.verify(leg), 'files')).toBe('cannot_tell')
    }))

  it('sees campaigns that come back with the address', () =>
    withBench({ switches: { history_after_recreation: 'back' } }, async (bench) => {
      const { leg } = await eraseAll(bench)
      const report = await bench.verify(leg)
      expect(findingOf(report, 'campaign_statistics')).toMatchObject({ remaining: 2, verdict: { kind: 'present' } })
    }))

  it.each(['sms_events', 'whatsapp_events', 'custom_events', 'orders', 'inbound_emails'])(
    'counts %s as left, without spending the hour’s calls on a look',
    (part) =>
      withBench({}, async (bench) => {
        const { leg } = await eraseAll(bench)
        const before = bench.lab.sandbox.calls().length
        const looked = bench.lab.subject.refs[part]?.length
        const finding = findingOf(await bench.verify(leg), part)
        expect(finding).toMatchObject({ looked, remaining: looked, verdict: { kind: 'cannot_tell' } })
        const asked = bench.lab.sandbox.calls().slice(before)
        expect(asked.some(({ path }) => /orders|events$|SMS|whatsapp/.test(path) && !path.includes('smtp'))).toBe(false)
      }),
  )

  it('proves nothing with the key of another account', () =>
    withBench({}, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      const records = leg.records.map((one) => ({ ...one, content: { ...contentOf(one), brevo_account: 'another' } }))
      await expect(bench.verify({ ...leg, records })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }))
})

describe('calls that reach more than one person', () => {
  it.each([
    [
      'a whole list',
      (api: ReturnType<typeof openBrevo>) => api.send((client) => client.contacts.deleteList({ listId: 12 })),
    ],
    [
      'everybody on a list',
      (api: ReturnType<typeof openBrevo>) =>
        api.send((client) => client.contacts.removeContactFromList({ listId: 12, body: { all: true } })),
    ],
    [
      'all hard bounces',
      (api: ReturnType<typeof openBrevo>) => api.send((client) => client.transactionalEmails.deleteHardbounces()),
    ],
    [
      'the transactional blocklist',
      (api: ReturnType<typeof openBrevo>) =>
        api.send((client) =>
          client.transactionalEmails.unblockOrResubscribeATransactionalContact({ email: 'a@example.org' }),
        ),
    ],
    [
      'a contact without an id',
      (api: ReturnType<typeof openBrevo>) => api.send((client) => client.contacts.deleteContact({ identifier: '' })),
    ],
  ])('never leave: %s', (_, call) =>
    withBench({}, async (bench) => {
      const before = bench.lab.sandbox.calls().length
      const error: unknown = await call(openBrevo(bench.context)).catch((reason: unknown) => reason)
      expect(isDsrError(error, 'CONNECTOR_BUG')).toBe(true)
      expect(bench.lab.sandbox.calls()).toHaveLength(before)
    }),
  )
})
