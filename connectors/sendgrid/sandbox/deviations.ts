/** Where SendGrid does otherwise than its OpenAPI documents of 2026-01-22 say, as the contract check words it. */
export const deviations: Readonly<Record<string, string>> = {
  'GET /v3/contactdb/recipients/search: query email is unknown':
    'the document calls the parameter {field_name}: it stands for any field of a recipient, `email` among them',
  'GET /v3/asm/suppressions/global/{email}: answer  required':
    'an address that is not on the list is answered with {}, says the description of the same call',
  'DELETE /v3/marketing/contacts: answer /job_id type':
    'the document types job_id as an object; its own example, the PUT of the same path and the status call use a text',
}
