import { describe, expect, it } from '@jest/globals'
import { recordsIn } from '../../../src/connector/index.ts'
import type { EffectCall } from '../../../src/connector/index.ts'
import { endingOf } from '../conformance/violation.ts'
import { carryOut, changesIn, findingOf, verbOf, verdictOf } from '../kit/bench.ts'
import type { Bench } from '../kit/bench.ts'
import { effectsOf, endings, eraseAll, fieldOf, historyOf, refOf, sharedRequest, withJira } from './piece.ts'

async function planned(bench: Bench) {
  const leg = await bench.legOf({ right: 'erasure' })
  return { leg, plan: await verbOf(bench, 'erasure').plan(bench.context, leg) }
}

describe('mail', () => {
  it('no change tells the people who follow an issue, where Jira can be told so', () =>
    withJira({}, async (bench) => {
      await eraseAll(bench)
      const changes = bench.lab.sandbox.calls().filter(({ isChange }) => isChange)
      const quiet = changes.filter(({ method, path }) => method === 'PUT' || path.includes('/worklog/'))
      expect(quiet.length).toBeGreaterThan(5)
      expect(quiet.filter(({ query }) => !query.includes('notifyUsers=false'))).toEqual([])
      const bulk = changes.filter(({ path }) => path === '/rest/api/3/bulk/issues/delete')
      expect(bulk.map(({ requestBody }) => JSON.parse(requestBody) as object)).toEqual([
        { selectedIssueIdsOrKeys: [refOf(bench, 'requests')], sendBulkNotification: false },
      ])
    }))

  it('an issue is never deleted by the call that cannot be told', () =>
    withJira({}, async (bench) => {
      await eraseAll(bench)
      expect(changesIn(bench).filter((call) => /^DELETE \/rest\/api\/3\/issue\/\d+$/.test(call))).toEqual([])
    }))
})

describe('comments', () => {
  it('are overwritten before they are deleted, so that no text goes into the history', () =>
    withJira({}, async (bench) => {
      await eraseAll(bench)
      const history = await historyOf(bench, sharedRequest(bench))
      expect(history).toContain('"field":"Comment"')
      expect(history).not.toContain('Can you both look?')
    }))

  it('wait with their deletion for the overwriting', () =>
    withJira({}, async (bench) => {
      const { plan } = await planned(bench)
      expect(effectsOf(plan, 'delete_comment').map(({ after }) => after)).not.toContainEqual([])
      expect(effectsOf(plan, 'blank_comment')).toHaveLength(effectsOf(plan, 'delete_comment').length)
    }))
})

describe('a request', () => {
  it('of the person alone is deleted whole, with everything that hangs on it', () =>
    withJira({}, async (bench) => {
      const { plan } = await planned(bench)
      const own = refOf(bench, 'requests')
      const touching = plan.filter(({ target }) => target === own || target.startsWith(`${own}/`))
      expect(touching.map(({ step }) => step)).toEqual(['delete_issue'])
    }))

  it('that others take part in is blanked and stays theirs', () =>
    withJira({}, async (bench) => {
      await eraseAll(bench)
      const id = sharedRequest(bench)
      expect(await fieldOf(bench, id, 'summary')).toBe('[erased]')
      expect(await fieldOf(bench, id, 'reporter', 'displayName')).toBe('Habeas')
      expect(await fieldOf(bench, id, 'customfield_10050')).toBeNull()
      const comments = JSON.stringify(await fieldOf(bench, id, 'comment'))
      expect(comments).toContain('I can.')
    }))

  it('is blanked and never deleted where the policy says so, and its history is told as left', () =>
    withJira({ options: { own_requests: 'redact' } }, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      await eraseAll(bench)
      expect(changesIn(bench)).not.toContain('POST /rest/api/3/bulk/issues/delete')
      const report = await bench.verify(leg)
      expect(verdictOf(report, 'requests')).toBe('absent')
      expect(verdictOf(report, 'changelog')).toBe('present')
      expect(bench.connector.manifest.depth.find(({ part }) => part === 'changelog')?.onErasure).toBe('left')
      expect(await historyOf(bench, refOf(bench, 'requests'))).toContain('Old text of')
    }))

  it('somebody joined after the search is not deleted any more', () =>
    withJira({}, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      const own = refOf(bench, 'requests')
      const colleague = await fieldOf(bench, sharedRequest(bench), 'customfield_10020')
      await bench.send('PUT', `/rest/api/3/issue/${own}`, { fields: { customfield_10020: colleague } })
      const plan = await verbOf(bench, 'erasure').plan(bench.context, leg)
      expect(effectsOf(plan, 'delete_issue')).toEqual([])
      expect(effectsOf(plan, 'redact_issue').map(({ target }) => target)).toContain(own)
    }))

  it('that is kept keeps what hangs on it', () =>
    withJira({}, async (bench) => {
      const all = await bench.legOf({ right: 'erasure' })
      const id = sharedRequest(bench)
      const isKept = ({ part, ref }: { readonly part: string; readonly ref: string }) =>
        part === 'requests' && ref === id
      const leg = { ...all, records: all.records.filter((one) => !isKept(one)), kept: all.records.filter(isKept) }
      const plan = await verbOf(bench, 'erasure').plan(bench.context, leg)
      const file = recordsIn(all.records, 'attachments').find(({ parentRef }) => parentRef === id)
      expect(plan.filter(({ target }) => target.startsWith(id) || target === file?.ref)).toEqual([])
    }))

  it('for a privacy right is never planned', () =>
    withJira({}, async (bench) => {
      const { plan } = await planned(bench)
      expect(plan.some(({ target }) => target.startsWith(refOf(bench, 'privacy_requests')))).toBe(false)
    }))
})

describe('the job that deletes issues', () => {
  it('is over and did not reach one: that one is a refusal', () =>
    withJira({ switches: { bulk_task: 'dead' } }, async (bench) => {
      expect(endings(await eraseAll(bench), 'delete_issue')).toEqual(['VENDOR_REFUSED'])
      expect(bench.lab.sandbox.remaining(bench.lab.subject).account).toBe(1)
    }))

  it('refuses a batch because of one that is gone: the batch is split, and the gone one is already so', () =>
    withJira({}, async (bench) => {
      const member = (target: string) => ({ key: target, target })
      const ids = [refOf(bench, 'requests'), '999']
      const call = (targets: readonly string[]): EffectCall => ({
        right: 'erasure',
        step: 'delete_issue',
        members: targets.map(member),
      })
      const verb = verbOf(bench, 'erasure')
      const kinds = async (targets: readonly string[]) =>
        (await verb.perform(bench.context, call(targets))).map(({ answer }) => answer.kind)
      expect(await kinds(ids)).toEqual(['split', 'split'])
      expect(await kinds(['999'])).toEqual(['already'])
      expect(await kinds(ids.slice(0, 1))).toEqual(['accepted'])
    }))

  it('is asked after between two controls', () =>
    withJira({ switches: { login_reason: 'untold' } }, async (bench) => {
      const members = [{ key: 'one', target: refOf(bench, 'requests') }]
      const verb = verbOf(bench, 'erasure')
      const [answer] = await verb.perform(bench.context, { right: 'erasure', step: 'delete_issue', members })
      const jobRef = answer?.answer.kind === 'accepted' ? answer.answer.jobRef : ''
      bench.lab.sandbox.revoke(true)
      const asked = verb.poll(bench.context, {
        right: 'erasure',
        step: 'delete_issue',
        members: members.map((one) => ({ ...one, jobRef })),
      })
      expect(await endingOf(asked, bench.lab.leaks.met)).toMatchObject({ code: 'VENDOR_CREDENTIALS_REJECTED' })
    }))
})

describe('a 404', () => {
  it.each(['delete_comment', 'delete_attachment', 'unwatch', 'redact_issue', 'leave_request'])(
    'to %s is "already gone" only while the credential works',
    (step) =>
      withJira({ switches: { login_reason: 'untold' } }, async (bench) => {
        const { plan } = await planned(bench)
        const [effect] = effectsOf(plan, step)
        bench.lab.sandbox.revoke(true)
        expect(await carryOut(bench, 'erasure', effect)).toBe('VENDOR_CREDENTIALS_REJECTED')
        bench.lab.sandbox.revoke(false)
        const gone = effect && { ...effect, target: effect.target.replace(/^\d+/, '998') }
        expect(await carryOut(bench, 'erasure', gone)).toBe('already')
      }),
  )
})

describe('a look afterwards', () => {
  it('does not call an issue gone that was archived after the plan', () =>
    withJira({}, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      await bench.send('PUT', '/rest/api/3/issue/archive', { issueIdsOrKeys: [refOf(bench, 'requests')] })
      expect(findingOf(await bench.verify(leg), 'requests')).toMatchObject({ looked: 2, remaining: 2 })
    }))

  it('does not believe a search that still lists what is gone', () =>
    withJira({ switches: { index: 'lagging' } }, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      await eraseAll(bench)
      expect(verdictOf(await bench.verify(leg), 'requests')).toBe('absent')
    }))

  it('sees an edit that Jira ignored and answered as done', () =>
    withJira({ switches: { quiet_edit: 'ignored' } }, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      expect(endings(await eraseAll(bench), 'redact_issue')).not.toContain('VENDOR_REFUSED')
      expect(verdictOf(await bench.verify(leg), 'requests')).toBe('present')
    }))

  it('proves nothing when the credential is revoked, whatever the header says', () =>
    withJira({ switches: { login_reason: 'untold' } }, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      bench.lab.beforeEachCall(({ path }) => {
        if (path.startsWith('/rest/api/3/issue/bulkfetch')) bench.lab.sandbox.revoke(true)
      })
      const ending = await endingOf(bench.verify(leg), bench.lab.leaks.met)
      expect(ending).toMatchObject({ code: 'VENDOR_CREDENTIALS_REJECTED' })
    }))

  it('cannot tell who commented where when the site cannot be asked', () =>
    withJira({ switches: { updated_by: 'refused' } }, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      await eraseAll(bench)
      expect(verdictOf(await bench.verify(leg), 'comments')).toBe('cannot_tell')
    }))

  it('finds what came back under the address', () =>
    withJira({}, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      await eraseAll(bench)
      bench.lab.sandbox.plant(bench.lab.subject.person, 'contact')
      expect(findingOf(await bench.verify(leg), 'account')).toMatchObject({ remaining: 1 })
    }))

  it.each(['creators', 'votes', 'mentions', 'privacy_requests', 'dashboards', 'atlassian_account', 'audit_log'])(
    'tells that %s are left',
    (part) =>
      withJira({}, async (bench) => {
        const leg = await bench.legOf({ right: 'erasure' })
        await eraseAll(bench)
        expect(verdictOf(await bench.verify(leg), part)).toBe('present')
      }),
  )
})

describe('the account', () => {
  it('goes last: a search by it would find nothing afterwards', () =>
    withJira({}, async (bench) => {
      const { plan } = await planned(bench)
      expect(plan.at(-1)?.step).toBe('delete_account')
      expect(plan.at(-1)?.after).toEqual(expect.arrayContaining(['delete_issue', 'redact_issue', 'unwatch']))
    }))

  it.each([
    ['refused', 'VENDOR_REFUSED'],
    ['forbidden', 'VENDOR_SCOPE_MISSING'],
  ])('whose deletion is %s is told as still there', (delete_user, code) =>
    withJira({ switches: { delete_user } }, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      expect(endings(await eraseAll(bench), 'delete_account')).toEqual([code])
      expect(verdictOf(await bench.verify(leg), 'account')).toBe('present')
    }),
  )

  it.each(['former_user', 'not_found'])('is gone when Jira shows it as %s', (user_after_delete) =>
    withJira({ switches: { user_after_delete } }, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      await eraseAll(bench)
      expect(verdictOf(await bench.verify(leg), 'account')).toBe('absent')
    }),
  )

  it('of Atlassian is never touched', () =>
    withJira({}, async (bench) => {
      const { plan } = await planned(bench)
      expect(plan.map(({ target }) => target)).not.toContain(refOf(bench, 'atlassian_account'))
    }))

  it('on a desk open to everybody cannot be taken off it, and goes all the same', () =>
    withJira({ switches: { desk_access: 'open' } }, async (bench) => {
      const leg = await bench.legOf({ right: 'erasure' })
      const running = await eraseAll(bench)
      expect(endings(running, 'leave_desk')).toEqual(['VENDOR_REFUSED', 'VENDOR_REFUSED'])
      expect(endings(running, 'delete_account')).toEqual(['done'])
      expect(verdictOf(await bench.verify(leg), 'desks')).toBe('absent')
    }))
})

describe('files', () => {
  it('are read from the site itself: a redirect would lead the credential to another host', () =>
    withJira({}, async (bench) => {
      const leg = await bench.legOf({ right: 'access' })
      const texts: string[] = []
      for await (const exported of bench.connector.export(bench.context, recordsIn(leg.records, 'attachments'))) {
        if (exported.kind !== 'attachment') continue
        for await (const chunk of await exported.open()) texts.push(String(chunk))
      }
      expect(texts).toHaveLength(5)
      expect(new Set(texts)).toEqual(new Set([`picture of ${bench.lab.subject.person.key}`]))
      const calls = bench.lab.sandbox.calls().filter(({ path }) => path.includes('/attachment/content/'))
      expect(new Set(calls.map(({ query }) => query))).toEqual(new Set(['?redirect=false']))
    }))
})
