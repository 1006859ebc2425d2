import { describe, expect, it } from '@jest/globals'
import type { FoundRecord, Search } from '../../../src/connector/index.ts'
import { inventPerson } from '../../../src/connector/testing.ts'
import { endingOf } from '../conformance/violation.ts'
import { changesIn, email, inPart, worthOf } from '../kit/bench.ts'
import type { Bench } from '../kit/bench.ts'
import { refOf, sharedRequest, withJira } from './piece.ts'

const ACCOUNTS = ['account', 'atlassian_account']

function find(bench: Bench, search: Partial<Search> = {}): Promise<readonly FoundRecord[]> {
  return bench.discover({ identifiers: [email(bench.lab.subject.person.email)], ...search })
}

function accountsIn(records: readonly FoundRecord[]): readonly FoundRecord[] {
  return ACCOUNTS.flatMap((part) => inPart(records, part))
}

async function codeOf(bench: Bench): Promise<string> {
  const ending = await endingOf(find(bench), bench.lab.leaks.met)
  return ending.kind === 'failed' ? ending.code : 'returned'
}

describe('a revoked token, to which Jira answers 200 and empty lists', () => {
  it.each(['told', 'untold'])('is never "nothing found" when its header is %s', (login_reason) =>
    withJira({ switches: { login_reason } }, async (bench) => {
      bench.lab.sandbox.revoke(true)
      expect(await codeOf(bench)).toBe('VENDOR_CREDENTIALS_REJECTED')
    }),
  )

  it('is seen by the last control when it is revoked on the way and no header tells', () =>
    withJira({ switches: { login_reason: 'untold' }, options: { not_in_use: ['audit_log'] } }, async (bench) => {
      bench.lab.beforeEachCall(({ path }) => {
        if (path.startsWith('/rest/api/3/search/jql')) bench.lab.sandbox.revoke(true)
      })
      expect(await codeOf(bench)).toBe('VENDOR_CREDENTIALS_REJECTED')
      const last = bench.lab.sandbox.calls().at(-1)
      expect([last?.path, last?.status]).toEqual(['/rest/api/3/myself', 401])
    }))

  it('is seen by the header alone, although the credential works again at the control', () =>
    withJira({}, async (bench) => {
      const headers = { 'content-type': 'application/json', 'x-seraph-loginreason': 'AUTHENTICATION_DENIED' }
      bench.lab.sandbox.arm({
        match: { path: /search\/jql/ },
        times: 1,
        what: { kind: 'status', status: 200, headers, body: '{"issues":[],"isLast":true}' },
      })
      expect(await codeOf(bench)).toBe('VENDOR_CREDENTIALS_REJECTED')
    }))

  it('is asked for before and after every look', () =>
    withJira({}, async (bench) => {
      await find(bench)
      const paths = bench.lab.sandbox.calls().map(({ path }) => path)
      expect([paths[0], paths.at(-1)]).toEqual(['/rest/api/3/myself', '/rest/api/3/myself'])
    }))
})

describe('who the person is', () => {
  it('a customer of the portal and an Atlassian account under one address are both the person', () =>
    withJira({}, async (bench) => {
      const found = accountsIn(await find(bench))
      expect(worthOf(found)).toEqual(['certain', 'certain'])
      expect(found.map(({ part }) => part)).toEqual(ACCOUNTS)
    }))

  it('an address that only begins like the person’s is somebody else’s', () =>
    withJira({}, async (bench) => {
      const { person } = bench.lab.subject
      const other = bench.lab.sandbox.plant({ ...inventPerson(7), email: `${person.email}.au` }, 'contact')
      const refs = (await find(bench)).map(({ ref }) => ref)
      expect(refs).not.toContain(other.refs.account?.[0])
    }))

  it('somebody who hides the address is found by exactly this address, and is certain under the same name only', () =>
    withJira({ switches: { atlassian_email: 'hidden' } }, async (bench) => {
      const { firstName, lastName } = bench.lab.subject.person
      const named = inPart(await find(bench, { names: [`${lastName} ${firstName}`] }), 'atlassian_account')
      expect(worthOf(named)).toEqual(['certain'])
      const unnamed = inPart(await find(bench), 'atlassian_account')
      expect(worthOf(unnamed)).toEqual(['differing_names'])
    }))

  it('another name under the address is a question', () =>
    withJira({}, async (bench) => {
      const found = await find(bench, { names: ['Somebody Else'] })
      expect(worthOf(accountsIn(found))).toEqual(['differing_names', 'differing_names'])
      expect(worthOf(inPart(found, 'requests'))).toEqual(['differing_names', 'differing_names'])
    }))

  it('two customers under one address are both a question', () =>
    withJira({}, async (bench) => {
      const { email: address } = bench.lab.subject.person
      bench.lab.sandbox.plant({ ...inventPerson(8), email: address }, 'contact')
      const worth = worthOf(inPart(await find(bench), 'account'))
      expect(worth).toEqual(['address_on_two_records', 'address_on_two_records'])
    }))

  it('an address of the controller’s own domain is a question', () =>
    withJira({ ownDomains: ['example.com'] }, async (bench) => {
      expect(worthOf(accountsIn(await find(bench)))).toEqual(['own_domain', 'own_domain'])
    }))

  it('the account behind the credential is never the person', () =>
    withJira({}, async (bench) => {
      const found = accountsIn(await find(bench, { identifiers: [email('habeas-bot@staff.example.net')] }))
      expect(worthOf(found)).toEqual(['vendor_seat'])
    }))

  it('a mailbox of a function is a question', () =>
    withJira({}, async (bench) => {
      bench.lab.sandbox.plant({ ...inventPerson(9), email: 'info@example.org' }, 'contact')
      expect(worthOf(accountsIn(await find(bench, { identifiers: [email('info@example.org')] })))).toEqual([
        'role_mailbox',
      ])
    }))

  it('is never asked for by creating a customer', () =>
    withJira({}, async (bench) => {
      await find(bench)
      expect(changesIn(bench)).toEqual([])
    }))
})

describe('whose issue it is', () => {
  it('somebody else’s issue needs a decision, and so does what the person wrote in it', () =>
    withJira({}, async (bench) => {
      const found = await find(bench)
      const issue = refOf(bench, 'issues_of_others')
      const inside = found.filter(
        ({ part, ref, parentRef }) => (part === 'issues_of_others' ? ref : parentRef) === issue,
      )
      expect(inside.length).toBeGreaterThan(4)
      expect(new Set(worthOf(inside))).toEqual(new Set(['business_record']))
    }))

  it('a request that others take part in is blanked when erased, and a question when shown', () =>
    withJira({}, async (bench) => {
      const shared = sharedRequest(bench)
      const worthUnder = async (right: 'access' | 'erasure'): Promise<readonly string[]> =>
        worthOf((await find(bench, { right })).filter(({ part, ref }) => part === 'requests' && ref === shared))
      expect(await worthUnder('erasure')).toEqual(['certain'])
      expect(await worthUnder('access')).toEqual(['shared_record'])
    }))

  it('what colleagues wrote in a shared request is not the person’s', () =>
    withJira({}, async (bench) => {
      const inShared = (await find(bench)).filter(({ parentRef }) => parentRef === sharedRequest(bench))
      expect(inPart(inShared, 'comments')).toHaveLength(1)
      expect(JSON.stringify(inShared)).not.toContain('colleague.')
    }))

  it('a mention is told by its place, not by what it says', () =>
    withJira({}, async (bench) => {
      const { identifiers, person } = bench.lab.subject
      const mentions = inPart(await find(bench, { identifiers }), 'mentions')
      expect(new Set(worthOf(mentions))).toEqual(new Set(['business_record']))
      const named = mentions.find(({ ref }) => ref === refOf(bench, 'mentions', 2))
      expect(named?.content).toMatchObject({ where: ['description', expect.stringMatching(/^comment \d+$/)] })
      expect(JSON.stringify(mentions)).not.toContain(person.phone)
    }))

  it('words that stand apart are not the address, although the search of words finds them', () =>
    withJira({}, async (bench) => {
      const { person } = bench.lab.subject
      const apart = person.email.replaceAll(/[@.]/g, ' ')
      const made = await bench.send('POST', '/rest/api/3/issue', { fields: { summary: `List: ${apart}` } })
      const found = await find(bench)
      const { id } = made as { readonly id: string }
      expect(found.filter(({ ref }) => ref === id)).toEqual([])
      const fetched = bench.lab.sandbox.calls().filter(({ path }) => path.endsWith('/issue/bulkfetch'))
      expect(fetched.some(({ requestBody }) => requestBody.includes(id))).toBe(true)
    }))

  it('a request for a privacy right is kept, not erased', () =>
    withJira({}, async (bench) => {
      const found = await find(bench)
      const id = refOf(bench, 'privacy_requests')
      expect(found.filter(({ ref, parentRef }) => ref === id || parentRef === id).map(({ part }) => part)).toEqual([
        'privacy_requests',
      ])
    }))

  it('comments are found although the person has no other part in the issue, unless the site cannot be asked', async () => {
    const commented = async (updated_by: string): Promise<readonly string[]> => {
      let refs: readonly string[] = []
      await withJira({ switches: { updated_by } }, async (bench) => {
        refs = inPart(await find(bench), 'comments')
          .map(({ parentRef }) => parentRef ?? '')
          .filter((id) => id === refOf(bench, 'issues_of_others', 3))
      })
      return refs
    }
    expect(await commented('works')).toHaveLength(1)
    expect(await commented('refused')).toHaveLength(0)
  })
})
