import { describe, expect, it } from '@jest/globals'
import { inventPerson } from '../../../src/connector/testing.ts'
import {
  approvedLeg,
  bareCall,
  byEmail,
  callOf,
  carryOut,
  changesOf,
  discover,
  eraser,
  lookAgain,
  planned,
  refsOf,
  verdictOf,
  withLab,
} from './lab.ts'
import type { Lab } from './lab.ts'

const stepsOf = async (lab: Lab, more: Parameters<typeof approvedLeg>[1] = {}) => {
  const plan = await eraser().plan(lab.context, await approvedLeg(lab, more))
  return plan.map(({ step }) => step)
}

describe('the order of an erasure', () => {
  it('suppresses first, erases mail events after everything else, and suppresses again after that', () =>
    withLab({}, async (lab) => {
      const plan = await eraser().plan(lab.context, await approvedLeg(lab))
      const afterOf = (step: string) => new Set(plan.filter((one) => one.step === step).flatMap(({ after }) => after))
      const deletions = ['delete_contacts', 'delete_bounces', 'delete_spam_reports', 'leave_group', 'leave_allow_list']
      expect(afterOf('suppress_globally').size).toBe(0)
      for (const step of deletions) expect(afterOf(step)).toContain('suppress_globally')
      for (const step of deletions) expect(afterOf('erase_mail_events')).toContain(step)
      expect(afterOf('restore_suppression')).toContain('erase_mail_events')
    }))

  it('erases everything in the account and leaves a subuser that is not configured', () =>
    withLab({}, async (lab) => {
      const before = lab.sandbox.pictureInSubuser(lab.subject)
      const leg = await approvedLeg(lab)
      await carryOut(lab, await eraser().plan(lab.context, leg))
      lab.clock.push(600_000)
      const report = await lookAgain(lab, leg)
      for (const part of ['contact', 'lists', 'bounces', 'blocks', 'email_logs', 'email_activity', 'legacy_recipient'])
        expect(verdictOf(report, part)).toBe('absent')
      expect(lab.sandbox.pictureInSubuser(lab.subject)).toBe(before)
    }))

  it(
    'erases in every configured subuser',
    () =>
      withLab({ options: { subusers: ['', 'sandbox-belgium'] } }, async (lab) => {
        const leg = await approvedLeg(lab)
        const plan = await eraser().plan(lab.context, leg)
        await carryOut(lab, plan)
        lab.clock.push(3_600_000)
        const report = await lookAgain(lab, leg)
        expect(verdictOf(report, 'contact')).toBe('absent')
        expect(verdictOf(report, 'email_logs')).toBe('absent')
        expect(verdictOf(report, 'global_unsubscribe')).toBe('in_place')
      }),
    60_000,
  )
})

describe('the suppression', () => {
  it('is set again when the erasure job removed it', () =>
    withLab({ switches: { erasejob_suppression: 'removes' } }, async (lab) => {
      const leg = await approvedLeg(lab)
      const endings = await carryOut(lab, await eraser().plan(lab.context, leg))
      expect(endings.get('restore_suppression')).toContainEqual({ kind: 'done' })
      expect(verdictOf(await lookAgain(lab, leg), 'global_unsubscribe')).toBe('in_place')
    }))

  it('is left alone when the erasure job kept it', () =>
    withLab({ switches: { erasejob_suppression: 'keeps' } }, async (lab) => {
      const endings = await carryOut(lab, await eraser().plan(lab.context, await approvedLeg(lab)))
      expect(new Set(endings.get('restore_suppression')?.map(({ kind }) => kind))).toEqual(new Set(['already']))
    }))

  it('that is missing at the end is never called in place', () =>
    withLab({}, async (lab) => {
      const leg = await approvedLeg(lab)
      const plan = await eraser().plan(lab.context, leg)
      await carryOut(
        lab,
        plan.filter(({ step }) => step !== 'restore_suppression'),
      )
      expect(verdictOf(await lookAgain(lab, leg), 'global_unsubscribe')).toBe('cannot_tell')
    }))

  it.each([
    ['found', true],
    ['always', true],
    ['never', false],
  ])('is planned by the rule "%s"', (suppress, isPlanned) =>
    withLab({ options: { suppress } }, async (lab) => {
      expect((await stepsOf(lab)).includes('suppress_globally')).toBe(isPlanned)
    }),
  )

  it.each([
    ['found', 0],
    ['always', 1],
  ])('covers somebody who was not found by the rule "%s"', (suppress, count) =>
    withLab({ options: { suppress } }, async (lab) => {
      const nobody = byEmail('new.person@example.com')
      const plan = await eraser().plan(lab.context, { right: 'erasure', records: [], kept: [], identifiers: nobody })
      expect(plan.filter(({ step }) => step === 'suppress_globally')).toHaveLength(count)
      expect(plan).toHaveLength(count)
    }),
  )

  it('does not stop a mailbox that several people read unless a person approved a record of it', () =>
    withLab({ person: { email: 'info@example.com', secondEmail: 'my-info@example.com' } }, async (lab) => {
      const found = await discover(lab, lab.subject.identifiers)
      const certain = found.filter(({ attribution }) => attribution.kind === 'certain').map(planned)
      const targets = async (records: typeof certain) => {
        const plan = await eraser().plan(lab.context, {
          right: 'erasure',
          records,
          kept: [],
          identifiers: lab.subject.identifiers,
        })
        return plan.filter(({ step }) => step === 'suppress_globally').map(({ target }) => target)
      }
      expect(await targets(certain.filter(({ part }) => part === 'blocks'))).not.toContain('info@example.com')
      expect(await targets(found.filter(({ part }) => part === 'bounces').map(planned))).toContain('info@example.com')
    }))
})

describe('lists of the account', () => {
  it('keeps every other entry of the allow list', () =>
    withLab({}, async (lab) => {
      const other = lab.sandbox.plant(inventPerson(44))
      const before = lab.sandbox.picture(other)
      await eraser().perform(lab.context, bareCall('leave_allow_list', [lab.person.email]))
      expect(JSON.parse(changesOf(lab)[0]?.requestBody ?? '{}')).toEqual({
        enabled: true,
        list: ['example.com', other.person.email],
      })
      expect(lab.sandbox.picture(other)).toBe(before)
    }))

  it('does not write the allow list when the address is not on it', () =>
    withLab({}, async (lab) => {
      const answers = await eraser().perform(lab.context, bareCall('leave_allow_list', ['nobody@example.com']))
      expect(answers.map(({ answer }) => answer)).toEqual([{ kind: 'already' }])
      expect(changesOf(lab)).toEqual([])
    }))

  it('takes 404 of a second deletion for "already", and a rejected credential never', () =>
    withLab({ switches: { second_delete: '404' } }, async (lab) => {
      const call = bareCall('delete_bounces', [lab.person.email])
      expect((await eraser().perform(lab.context, call)).map(({ answer }) => answer)).toEqual([{ kind: 'done' }])
      expect((await eraser().perform(lab.context, call)).map(({ answer }) => answer)).toEqual([{ kind: 'already' }])
      lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'status', status: 404 } })
      lab.sandbox.arm({ match: { path: /scopes/ }, times: 1, what: { kind: 'status', status: 401 } })
      await expect(eraser().perform(lab.context, call)).rejects.toMatchObject({ code: 'VENDOR_CREDENTIALS_REJECTED' })
    }))

  it('takes a success of another kind for unknown, so that it is read back', () =>
    withLab({}, async (lab) => {
      const call = bareCall('delete_bounces', [lab.person.email])
      lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'garbage', body: '[]' } })
      expect((await eraser().perform(lab.context, call)).map(({ answer }) => answer)).toEqual([{ kind: 'unknown' }])
      const seen = await eraser().readBack(lab.context, call)
      expect(seen.map(({ answer }) => answer)).toEqual([{ kind: 'not_happened' }])
    }))

  it('removes a seat and an alert once a person approved them', () =>
    withLab({}, async (lab) => {
      const found = await discover(lab, byEmail(lab.person.email))
      const staff = found.filter(({ part }) => part === 'teammates' || part === 'alerts').map(planned)
      const leg = await approvedLeg(lab, { records: staff })
      const plan = await eraser().plan(lab.context, leg)
      const chosen = plan.filter(({ step }) => step.startsWith('remove_'))
      expect(chosen.map(({ after }) => after)).toEqual([[], []])
      await carryOut(lab, chosen)
      const report = await lookAgain(lab, leg)
      expect(verdictOf(report, 'teammates')).toBe('absent')
      expect(verdictOf(report, 'alerts')).toBe('absent')
    }))

  it('erases nothing again once only the suppression is left', () =>
    withLab({}, async (lab) => {
      const leg = await approvedLeg(lab)
      await carryOut(lab, await eraser().plan(lab.context, leg))
      lab.clock.push(3_600_000)
      const left = await approvedLeg(lab)
      expect(new Set(left.records.map(({ part }) => part))).toEqual(new Set(['global_unsubscribe']))
      expect(new Set((await eraser().plan(lab.context, left)).map(({ step }) => step))).toEqual(
        new Set(['suppress_globally']),
      )
    }))

  it('reports every record of a shared call by its own key', () =>
    withLab({}, async (lab) => {
      const other = lab.sandbox.plant(inventPerson(44))
      const effects = [lab.person.email, other.person.email].map((target) => ({
        step: 'delete_bounces',
        target,
        part: 'bounces',
        after: [],
      }))
      const answers = await eraser().perform(lab.context, callOf(effects))
      expect(answers.map(({ key }) => key)).toEqual([lab.person.email, other.person.email])
      expect(changesOf(lab)).toHaveLength(1)
      expect(refsOf(await discover(lab, other.identifiers), 'bounces')).toEqual([])
    }))
})
