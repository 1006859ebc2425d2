import { describe, expect, it } from '@jest/globals'
import { sendgrid } from '../../../connectors/sendgrid/index.ts'
import { inventPerson } from '../../../src/connector/testing.ts'
import type { JsonValue } from '../../../src/connector/index.ts'
import {
  answerTo,
  approvedLeg,
  bareCall,
  carryOut,
  changesOf,
  discover,
  eraser,
  lookAgain,
  planned,
  verdictOf,
  withLab,
} from './lab.ts'
import type { Lab } from './lab.ts'

const stepsOf = async (lab: Lab, more: Parameters<typeof approvedLeg>[1] = {}) => {
  const plan = await eraser().plan(lab.context, await approvedLeg(lab, more))
  return plan.map(({ step }) => step)
}

const REFUSED = { kind: 'rejected', code: 'VENDOR_REFUSED' } as const

describe('contacts', () => {
  it('are deleted by ids in one text, and polled to the end of the job', () =>
    withLab({}, async (lab) => {
      const [contact = ''] = lab.subject.refs.contact ?? []
      const [answer] = await eraser().perform(lab.context, bareCall('delete_contacts', [contact]))
      expect(answer?.answer.kind).toBe('accepted')
      expect(changesOf(lab)[0]?.query).toBe(`?ids=${contact}`)
      const jobRef = answer?.answer.kind === 'accepted' ? answer.answer.jobRef : ''
      const call = { ...bareCall('delete_contacts', []), members: [{ key: contact, target: contact, jobRef }] }
      const kinds = []
      for (let poll = 0; poll < 3; poll += 1) {
        kinds.push(answerTo(await eraser().poll(lab.context, call), contact)?.kind)
      }
      expect(kinds).toEqual(['accepted', 'accepted', 'done'])
    }))

  it('that are gone already end as "already"', () =>
    withLab({}, async (lab) => {
      const [contact = ''] = lab.subject.refs.contact ?? []
      const effects = [{ step: 'delete_contacts', target: contact, part: 'contact', after: [] }]
      await carryOut(lab, effects)
      const again = await carryOut(lab, effects)
      expect(again.get('delete_contacts')).toEqual([{ kind: 'already' }])
    }))

  it.each([
    ['errors', [REFUSED, REFUSED]],
    ['errors_for_one', [{ kind: 'unknown' }, { kind: 'done' }]],
  ])('of a failed job (%s) are looked at one by one, and sent again while the job got somewhere', (how, ends) =>
    withLab({ switches: { contact_job: how } }, async (lab) => {
      const other = lab.sandbox.plant(inventPerson(44))
      const both = [...(lab.subject.refs.contact ?? []), ...(other.refs.contact ?? [])]
      const effects = both.map((target) => ({ step: 'delete_contacts', target, part: 'contact', after: [] }))
      expect((await carryOut(lab, effects)).get('delete_contacts')).toEqual(ends)
      expect((await carryOut(lab, effects.slice(0, 1))).get('delete_contacts')).toEqual([REFUSED])
    }),
  )

  it('of a job that never ends are given up after a day', () =>
    withLab({ switches: { contact_job: 'stays_pending' } }, async (lab) => {
      const [target = ''] = lab.subject.refs.contact ?? []
      const effects = [{ step: 'delete_contacts', target, part: 'contact', after: [] }]
      expect((await carryOut(lab, effects)).get('delete_contacts')).toEqual([
        { kind: 'rejected', code: 'VENDOR_REFUSED' },
      ])
    }))

  it('that the search still shows once after the job count as present', () =>
    withLab({ switches: { index_lag: 'once' } }, async (lab) => {
      const leg = await approvedLeg(lab)
      const plan = await eraser().plan(lab.context, leg)
      await carryOut(
        lab,
        plan.filter(({ step }) => step === 'delete_contacts'),
      )
      expect(verdictOf(await lookAgain(lab, leg), 'contact')).toBe('present')
      expect(verdictOf(await lookAgain(lab, leg), 'contact')).toBe('absent')
      expect(sendgrid.manifest.absencesNeeded).toBe(2)
    }))

  it('stay when one of their lists must stay, and leave the other lists one by one', () =>
    withLab({}, async (lab) => {
      const whole = await approvedLeg(lab)
      const [keptList] = whole.records.filter(({ part }) => part === 'lists')
      const kept = keptList === undefined ? [] : [keptList]
      const records = whole.records.filter((record) => record !== keptList)
      const steps = await stepsOf(lab, { records, kept })
      expect(steps).not.toContain('delete_contacts')
      expect(steps.filter((step) => step === 'leave_list')).toHaveLength(2)
      const plan = await eraser().plan(lab.context, { ...whole, records, kept })
      await carryOut(
        lab,
        plan.filter(({ step }) => step === 'leave_list'),
      )
      expect(lab.sandbox.remaining(lab.subject).lists).toBe(1)
    }))
})

describe("an address on another person's contact", () => {
  const alternatePlan = async (lab: Lab) => {
    const records = (await discover(lab, lab.subject.identifiers)).filter(({ part }) => part === 'contact_alternate')
    const leg = { right: 'erasure', records: records.map(planned), kept: [], identifiers: [] } as const
    const plan = await eraser().plan(lab.context, leg)
    return { leg, plan: plan.filter(({ step }) => step === 'drop_alternate') }
  }
  const sentContact = (lab: Lab) => {
    const put = changesOf(lab).find(({ method }) => method === 'PUT')
    return JSON.parse(put?.requestBody ?? '{}') as { readonly contacts?: readonly JsonValue[] }
  }

  it('is taken off, and the contact keeps its identifiers and its other addresses', () =>
    withLab({}, async (lab) => {
      const { leg, plan } = await alternatePlan(lab)
      expect((await carryOut(lab, plan)).get('drop_alternate')).toEqual([{ kind: 'done' }])
      expect(verdictOf(await lookAgain(lab, leg), 'contact_alternate')).toBe('absent')
      expect(sentContact(lab).contacts).toEqual([
        { email: expect.stringMatching(/^colleague-/), alternate_emails: [expect.stringMatching(/^colleague-/)] },
      ])
    }))

  it('that a PUT does not take off is refused and still seen', () =>
    withLab({ switches: { alternate_put: 'merges' } }, async (lab) => {
      const { leg, plan } = await alternatePlan(lab)
      expect((await carryOut(lab, plan)).get('drop_alternate')).toEqual([{ kind: 'rejected', code: 'VENDOR_REFUSED' }])
      expect(verdictOf(await lookAgain(lab, leg), 'contact_alternate')).toBe('present')
    }))

  it('never makes a contact anew that is gone meanwhile', () =>
    withLab({}, async (lab) => {
      const { plan } = await alternatePlan(lab)
      const [colleague = ''] = (plan[0]?.target ?? '').split('/')
      await carryOut(lab, [{ step: 'delete_contacts', target: colleague, part: 'contact', after: [] }])
      expect((await carryOut(lab, plan)).get('drop_alternate')).toEqual([{ kind: 'already' }])
      expect(changesOf(lab).filter(({ method }) => method === 'PUT')).toEqual([])
    }))
})

describe('what verification counts', () => {
  const eraseContact = async (lab: Lab) => {
    const leg = await approvedLeg(lab)
    const plan = await eraser().plan(lab.context, leg)
    await carryOut(
      lab,
      plan.filter(({ step }) => step === 'delete_contacts'),
    )
    lab.clock.push(600_000)
    return leg
  }

  it('sees a contact by its id when no identifier leads to it any more', () =>
    withLab({}, async (lab) => {
      const leg = await approvedLeg(lab, { identifiers: [] })
      expect(verdictOf(await lookAgain(lab, leg), 'contact')).toBe('present')
    }))

  it('does not count a neighbour who only shares the phone number', () =>
    withLab({}, async (lab) => {
      const leg = await eraseContact(lab)
      lab.sandbox.plant({ ...inventPerson(46), phone: lab.person.phone })
      expect(verdictOf(await lookAgain(lab, leg), 'contact')).toBe('absent')
    }))

  it('counts a contact that came back under another id', () =>
    withLab({}, async (lab) => {
      const leg = await eraseContact(lab)
      expect(verdictOf(await lookAgain(lab, leg), 'contact')).toBe('absent')
      lab.sandbox.plant(lab.person)
      expect(verdictOf(await lookAgain(lab, leg), 'contact')).toBe('present')
    }))
})
