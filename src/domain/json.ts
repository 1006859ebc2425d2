/** What JSON can say. Vendors' records and our own documents are of this type once parsed. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

export interface JsonObject {
  readonly [name: string]: JsonValue
}
