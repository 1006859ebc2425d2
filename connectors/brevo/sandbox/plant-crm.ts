import { note } from '../../../src/connector/testing.ts'
import type { Garden } from './plant.ts'
import { hexId, isoOf } from './state.ts'
import type { CrmName, Doc } from './state.ts'

/** Notes, tasks, files, deals and a company: the person's own, and some that a colleague or a business record shares. */
export function plantCrm(garden: Garden): void {
  const { name, own, colleague } = garden
  const [customer] = own
  const deal = plant(garden, 'deals', {
    attributes: { deal_name: `Kitchen ${name}`, amount: 12_000, deal_owner: 'sandra.boxx@brevo-account.example.net' },
    linkedContactsIds: [customer.id],
    linkedCompaniesIds: [],
  })
  plant(garden, 'deals', {
    attributes: { deal_name: 'Two bathrooms', remark: `Call ${name} first`, amount: 8_000 },
    linkedContactsIds: [customer.id, colleague.id],
    linkedCompaniesIds: [],
  })
  plant(garden, 'companies', {
    attributes: { name: `${name} BV`, domain: 'company.example.org' },
    linkedContactsIds: [customer.id, colleague.id],
    linkedDealsIds: [deal],
  })
  plantWords(garden, deal)
  for (const [at, link] of [{}, {}, { dealId: deal }].entries()) {
    const id = plant(garden, 'files', { name: `plan-${at}.pdf`, contactId: customer.id, size: 18, ...link })
    garden.desk.vendor.fileBytes.set(id, `bytes of file ${at} `)
  }
  garden.files.files = 3
}

function plantWords(garden: Garden, deal: string): void {
  const { name, person, own, colleague } = garden
  const [customer, second] = own
  const note = (text: string, contactIds: number[], dealIds: string[] = []) =>
    plant(garden, 'notes', { text, contactIds, dealIds, companyIds: [] })
  note('<p>Prefers to be called in the morning</p>', [customer.id])
  note('<p>Asked for the catalogue</p>', [customer.id, second.id])
  note(`<p>${name} and Willem want a quote, write to ${person.email}</p>`, [customer.id, colleague.id])
  note(`<p>Agreed with ${person.firstName} on the price</p>`, [customer.id], [deal])
  const task = (words: Doc, contactsIds: number[]) =>
    plant(garden, 'tasks', {
      taskTypeId: '61a5cd07ca1347c82306ad09',
      date: isoOf(garden.desk.nowMs()),
      ...words,
      contactsIds,
      dealsIds: [],
      companiesIds: [],
    })
  task({ name: 'Send the plans', notes: 'by post' }, [customer.id])
  task({ name: 'Ask for a review', notes: '' }, [second.id])
  task({ name: `Call ${name}`, notes: 'about the quote' }, [customer.id, colleague.id])
}

function plant(garden: Garden, part: CrmName, doc: Doc): string {
  const id = hexId(garden.desk.vendor)
  const createdAt = part === 'deals' || part === 'companies' ? {} : { createdAt: isoOf(garden.desk.nowMs()) }
  garden.desk.vendor.crm[part].set(id, { id, ...doc, ...createdAt })
  note(garden, part, id)
  return id
}
