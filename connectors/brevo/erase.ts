import { blockContact, deleteContact, keepBlocklist } from './contact-steps.ts'
import {
  deleteFile,
  deleteNote,
  deleteTask,
  redactCompany,
  redactDeal,
  redactNote,
  redactTask,
  unlinkCompany,
  unlinkDeal,
} from './crm-steps.ts'
import { planErasure } from './erase-plan.ts'
import { deleteMailLog, deleteObjects } from './job-steps.ts'
import { verbOf } from './step.ts'

export const erase = verbOf((context, subject) => Promise.resolve(planErasure(context, subject)), {
  block_contact: blockContact,
  delete_file: deleteFile,
  redact_note: redactNote,
  delete_note: deleteNote,
  redact_task: redactTask,
  delete_task: deleteTask,
  redact_deal: redactDeal,
  unlink_deal: unlinkDeal,
  redact_company: redactCompany,
  unlink_company: unlinkCompany,
  delete_objects: deleteObjects,
  delete_mail_log: deleteMailLog,
  delete_contact: deleteContact,
  keep_blocklist: keepBlocklist,
})
