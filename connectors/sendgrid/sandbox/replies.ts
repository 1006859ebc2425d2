import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import type { Tenant, World } from './state.ts'

/** SendGrid's error shape. */
export function refusal(status: number, message: string, field: string | null = null): SandboxReply {
  return { status, json: { errors: [{ field, message }] } }
}

export const NOT_FOUND = refusal(404, 'not found')
export const FORBIDDEN = refusal(403, 'access forbidden')

/** The account or subuser that a call speaks for. */
export function tenantOf(world: World, request: SandboxRequest): Tenant {
  const tenant = world.vendor.tenants.get(subuserOf(request))
  if (tenant === undefined) throw new Error('the call was authorised for no tenant')
  return tenant
}

export function subuserOf(request: SandboxRequest): string {
  return request.headers['on-behalf-of'] ?? ''
}

/** The texts of a list in a JSON body, or undefined when the body has none of that name. */
export function textsIn(request: SandboxRequest, name: string): readonly string[] | undefined {
  const value = bodyOf(request)[name]
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined
}

export function bodyOf(request: SandboxRequest): JsonObject {
  const body = request.json()
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as JsonObject) : {}
}

export function param(request: SandboxRequest, name: string): string {
  return request.params[name] ?? ''
}

export type Routes = (world: World) => readonly SandboxRoute[]
