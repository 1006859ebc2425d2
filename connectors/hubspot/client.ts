import * as associationsSdk from '@hubspot/api-client/lib/codegen/crm/associations/v4/index.js'
import * as contactsSdk from '@hubspot/api-client/lib/codegen/crm/contacts/index.js'
import * as listsSdk from '@hubspot/api-client/lib/codegen/crm/lists/index.js'
import * as objectsSdk from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import * as ownersSdk from '@hubspot/api-client/lib/codegen/crm/owners/index.js'
import * as propertiesSdk from '@hubspot/api-client/lib/codegen/crm/properties/index.js'
import * as schemasSdk from '@hubspot/api-client/lib/codegen/crm/schemas/index.js'
import * as eventsSdk from '@hubspot/api-client/lib/codegen/events/index.js'
import * as filesSdk from '@hubspot/api-client/lib/codegen/files/index.js'
import * as marketingEventsSdk from '@hubspot/api-client/lib/codegen/marketing/events/index.js'
import * as formsSdk from '@hubspot/api-client/lib/codegen/marketing/forms/index.js'
import { expectObject, readJson } from '../../src/connector/index.ts'
import type { Context, JsonObject, JsonValue } from '../../src/connector/index.ts'
import { send, sendForSdk } from './sdk-transport.ts'
import type { SdkRequest } from './sdk-transport.ts'

/** The SDK's API classes of one account on the kit's transport, and what the SDK lacks as raw calls. */
export type HubSpot = ReturnType<typeof openClient>

/** Builds the classes for one run: they share no limiter and no state with another account's. */
export function openClient(context: Context) {
  const base = context.account.baseUrl.replace(/\/$/, '')
  const library = { send: (request: SdkRequest) => sendForSdk(context, request) }
  return {
    context,
    /** Property names by object type, read once in a run. */
    propertyNames: new Map<string, readonly string[]>(),
    ...crm(base, library),
    ...other(base, library),
    /** A raw GET; the answer must be a JSON object. */
    get: async (path: string): Promise<JsonObject> =>
      expectObject(readJson(await send(context, { method: 'GET', path }))),
    /** A raw POST; the answer must be a JSON object. */
    post: async (path: string, body?: JsonValue): Promise<JsonObject> =>
      expectObject(readJson(await sendBody(context, path, body))),
    /** A raw DELETE that answers without a body. */
    delete: async (path: string): Promise<number> => (await send(context, { method: 'DELETE', path })).status,
  }
}

type Library = { readonly send: (request: SdkRequest) => ReturnType<typeof sendForSdk> }

// Every generated package has classes of its own, equal in shape and different in type: hence one paragraph for each.
function crm(base: string, library: Library) {
  const contacts = contactsSdk.createConfiguration({
    baseServer: new contactsSdk.ServerConfiguration(base, {}),
    httpApi: contactsSdk.wrapHttpLibrary(library),
  })
  const objects = objectsSdk.createConfiguration({
    baseServer: new objectsSdk.ServerConfiguration(base, {}),
    httpApi: objectsSdk.wrapHttpLibrary(library),
  })
  const associations = associationsSdk.createConfiguration({
    baseServer: new associationsSdk.ServerConfiguration(base, {}),
    httpApi: associationsSdk.wrapHttpLibrary(library),
  })
  const properties = propertiesSdk.createConfiguration({
    baseServer: new propertiesSdk.ServerConfiguration(base, {}),
    httpApi: propertiesSdk.wrapHttpLibrary(library),
  })
  const owners = ownersSdk.createConfiguration({
    baseServer: new ownersSdk.ServerConfiguration(base, {}),
    httpApi: ownersSdk.wrapHttpLibrary(library),
  })
  const schemas = schemasSdk.createConfiguration({
    baseServer: new schemasSdk.ServerConfiguration(base, {}),
    httpApi: schemasSdk.wrapHttpLibrary(library),
  })
  return {
    contacts: new contactsSdk.BasicApi(contacts),
    contactSearch: new contactsSdk.SearchApi(contacts),
    objects: new objectsSdk.BatchApi(objects),
    associations: new associationsSdk.BatchApi(associations),
    properties: new propertiesSdk.CoreApi(properties),
    owners: new ownersSdk.OwnersApi(owners),
    schemas: new schemasSdk.CoreApi(schemas),
  }
}

function other(base: string, library: Library) {
  const lists = listsSdk.createConfiguration({
    baseServer: new listsSdk.ServerConfiguration(base, {}),
    httpApi: listsSdk.wrapHttpLibrary(library),
  })
  const files = filesSdk.createConfiguration({
    baseServer: new filesSdk.ServerConfiguration(base, {}),
    httpApi: filesSdk.wrapHttpLibrary(library),
  })
  const events = eventsSdk.createConfiguration({
    baseServer: new eventsSdk.ServerConfiguration(base, {}),
    httpApi: eventsSdk.wrapHttpLibrary(library),
  })
  const marketingEvents = marketingEventsSdk.createConfiguration({
    baseServer: new marketingEventsSdk.ServerConfiguration(base, {}),
    httpApi: marketingEventsSdk.wrapHttpLibrary(library),
  })
  const forms = formsSdk.createConfiguration({
    baseServer: new formsSdk.ServerConfiguration(base, {}),
    httpApi: formsSdk.wrapHttpLibrary(library),
  })
  return {
    memberships: new listsSdk.MembershipsApi(lists),
    files: new filesSdk.FilesApi(files),
    events: new eventsSdk.EventsApi(events),
    participations: new marketingEventsSdk.RetrieveParticipantStateApi(marketingEvents),
    forms: new formsSdk.FormsApi(forms),
  }
}

function sendBody(context: Context, path: string, body: JsonValue | undefined): ReturnType<typeof send> {
  return send(context, { method: 'POST', path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}
