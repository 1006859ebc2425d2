const NEWER = 'newer than the document: @getbrevo/brevo 6.0.3, whose types are generated from today’s definition'
const NO_CODE = 'the CRM’s “Document not found” names no code; ErrorModel of @getbrevo/brevo 6.0.3 has it optional'

/** Where calls or answers do otherwise than the published document of 2024-11-25 says, and why. */
export const DEVIATIONS: Readonly<Record<string, string>> = {
  'GET /v3/events: not in the documents': `GetEventsRequest and GetEventsList, ${NEWER}`,
  'GET /v3/objects/contact/associated-records: not in the documents': `GetAssociatedRecordsRequest, ${NEWER}`,
  'GET /v3/objects/vehicle/associated-records: not in the documents': `GetAssociatedRecordsRequest, ${NEWER}`,
  'POST /v3/objects/vehicle/batch/delete: not in the documents': `BatchDeleteObjectRecordsRequest, ${NEWER}`,
  'DELETE /v3/crm/files/{id}: answer  required': NO_CODE,
  'DELETE /v3/crm/notes/{id}: answer  required': NO_CODE,
  'DELETE /v3/crm/tasks/{id}: answer  required': NO_CODE,
  'GET /v3/crm/notes/{id}: answer  required': NO_CODE,
  'GET /v3/crm/tasks/{id}: answer  required': NO_CODE,
  'GET /v3/crm/files/{id}/data: answer  required': NO_CODE,
}
