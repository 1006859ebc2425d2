const NEWER = 'newer than the document: @getbrevo/brevo 6.0.3, whose types are generated from today’s definition'

/** Where calls or answers do otherwise than the published document of 2024-11-25 says, and why. */
export const DEVIATIONS: Readonly<Record<string, string>> = {
  'GET /v3/events: not in the documents': `GetEventsRequest and GetEventsList, ${NEWER}`,
  'GET /v3/objects/contact/associated-records: not in the documents': `GetAssociatedRecordsRequest, ${NEWER}`,
  'GET /v3/objects/vehicle/associated-records: not in the documents': `GetAssociatedRecordsRequest, ${NEWER}`,
  'POST /v3/objects/vehicle/batch/delete: not in the documents': `BatchDeleteObjectRecordsRequest, ${NEWER}`,
}
