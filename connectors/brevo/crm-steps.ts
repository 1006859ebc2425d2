import {
  ALREADY,
  DONE,
  REFUSED,
  happenedIf,
  holdsTrace,
  objectAt,
  redact,
  redactedTexts,
  textAt,
  textsAt,
  tracesIn,
} from '../../src/connector/index.ts'
import type {
  EffectAnswer,
  EffectMember,
  HttpReply,
  JsonObject,
  SingleStep,
  Traces,
} from '../../src/connector/index.ts'
import { writtenAnswer } from './answers.ts'
import { numberOf } from './client.ts'
import type { Brevo } from './client.ts'
import { deletedAnswer } from './contact-steps.ts'
import { askControl } from './control.ts'
import { COMPANIES, DEALS, FILES, NOTES, TASKS, linkedIds } from './crm.ts'
import type { CrmPlace } from './crm.ts'
import { alone } from './step.ts'
import type { Step } from './step.ts'

function deletion(place: CrmPlace, send: (api: Brevo, id: string) => Promise<HttpReply>): Step {
  return alone({
    perform: async (api, { target }) => deletedAnswer(api, await send(api, target)),
    readBack: async (api, { target }) => happenedIf((await place.byId(api, target)) === undefined),
  })
}

export const deleteNote = deletion(NOTES, (api, id) => api.send((client) => client.notes.deleteANote({ id })))
export const deleteTask = deletion(TASKS, (api, id) => api.send((client) => client.tasks.deleteATask({ id })))
export const deleteFile = deletion(FILES, (api, id) => api.send((client) => client.files.deleteAFile({ id })))

/** The ids of the subject's contacts, and the subject's traces, as the plan wrote them down. */
export function leavingIn({ details }: Pick<EffectMember, 'details'>): Leaving {
  return { ownIds: textsAt(details, 'own_contact_ids'), traces: tracesIn(details) }
}

export interface Leaving {
  readonly ownIds: readonly string[]
  readonly traces: Traces
}

interface Edit {
  readonly place: CrmPlace
  /** Whether the record shows nothing of the subject any more. */
  readonly isClean: (record: JsonObject, leaving: Leaving) => boolean
  readonly send: (api: Brevo, record: JsonObject, leaving: Leaving) => Promise<HttpReply>
}

/** Changes a record that stays: reads it, and sends one change unless nothing is to change. */
function edit({ place, isClean, send }: Edit): Step {
  const one: SingleStep<Brevo> = {
    async perform(api, member) {
      const leaving = leavingIn(member)
      const record = await place.byId(api, member.target)
      if (record === undefined) return goneAnswer(api)
      if (isClean(record, leaving)) return ALREADY
      return writtenAnswer(await send(api, { ...record, id: member.target }, leaving)).kind === 'done' ? DONE : REFUSED
    },
    async readBack(api, member) {
      const record = await place.byId(api, member.target)
      return happenedIf(record === undefined || isClean(record, leavingIn(member)))
    },
  }
  return alone(one)
}

async function goneAnswer(api: Brevo): Promise<EffectAnswer> {
  await askControl(api)
  return ALREADY
}

/** Whether a record that others share still leads to the subject. */
export function isLinked(place: CrmPlace, record: JsonObject, ownIds: readonly string[]): boolean {
  return linkedIds(place, record).some((id) => ownIds.includes(id))
}

function withoutOwn(place: CrmPlace, record: JsonObject, { ownIds }: Leaving): number[] {
  return linkedIds(place, record)
    .filter((id) => !ownIds.includes(id))
    .map(numberOf)
}

/** The whole note travels: what is left out of a change may be taken away. */
export const redactNote = edit({
  place: NOTES,
  isClean: (note, { ownIds, traces }) => !isLinked(NOTES, note, ownIds) && !holdsTrace(textAt(note, 'text'), traces),
  send: (api, note, leaving) =>
    api.send((client) =>
      client.notes.updateANote({
        id: textAt(note, 'id'),
        body: {
          text: redact(textAt(note, 'text'), leaving.traces),
          contactIds: withoutOwn(NOTES, note, leaving),
          dealIds: [...textsAt(note, 'dealIds')],
          companyIds: [...textsAt(note, 'companyIds')],
        },
      }),
    ),
})

const TASK_TEXTS = ['name', 'notes']

export const redactTask = edit({
  place: TASKS,
  isClean: (task, { ownIds, traces }) =>
    !isLinked(TASKS, task, ownIds) && Object.keys(redactedTexts(task, TASK_TEXTS, traces)).length === 0,
  send: (api, task, leaving) =>
    api.send((client) =>
      client.tasks.updateATask({
        id: textAt(task, 'id'),
        ...redactedTexts(task, TASK_TEXTS, leaving.traces),
        contactsIds: withoutOwn(TASKS, task, leaving),
      }),
    ),
})

/** The attributes in which the subject's traces stand, each without them. */
export function redactedAttributes(record: JsonObject, traces: Traces): Readonly<Record<string, string>> {
  const attributes = objectAt(record, 'attributes')
  return redactedTexts(attributes, Object.keys(attributes), traces)
}

function hasCleanAttributes(record: JsonObject, { traces }: Leaving): boolean {
  return Object.keys(redactedAttributes(record, traces)).length === 0
}

export const redactDeal = edit({
  place: DEALS,
  isClean: hasCleanAttributes,
  send: (api, deal, { traces }) => {
    const { deal_name: name, ...attributes } = redactedAttributes(deal, traces)
    const change = { id: textAt(deal, 'id'), attributes, ...(name === undefined ? {} : { name }) }
    return api.send((client) => client.deals.updateADeal(change))
  },
})

export const redactCompany = edit({
  place: COMPANIES,
  isClean: hasCleanAttributes,
  send: (api, company, { traces }) => {
    const { name, ...attributes } = redactedAttributes(company, traces)
    const change = { id: textAt(company, 'id'), attributes, ...(name === undefined ? {} : { name }) }
    return api.send((client) => client.companies.updateACompany(change))
  },
})

/** Never by writing the list of links: that replaces everybody's. */
export const unlinkDeal = edit({
  place: DEALS,
  isClean: (deal, { ownIds }) => !isLinked(DEALS, deal, ownIds),
  send: (api, deal, { ownIds }) => {
    const change = { id: textAt(deal, 'id'), unlinkContactIds: ownIds.map(numberOf) }
    return api.send((client) => client.deals.linkAndUnlinkADealWithContactsAndCompanies(change))
  },
})

export const unlinkCompany = edit({
  place: COMPANIES,
  isClean: (company, { ownIds }) => !isLinked(COMPANIES, company, ownIds),
  send: (api, company, { ownIds }) => {
    const change = { id: textAt(company, 'id'), unlinkContactIds: ownIds.map(numberOf) }
    return api.send((client) => client.companies.linkAndUnlinkCompanyWithContactAndDeal(change))
  },
})
