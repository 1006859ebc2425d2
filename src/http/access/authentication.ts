import type { FastifyReply, FastifyRequest } from 'fastify'
import { DsrError } from '../../domain/errors.ts'
import type { App, RateLimits, ServerOptions } from '../options.ts'
import { principalOfKey } from './keys.ts'
import { requirePermission, type Principal } from './principal.ts'
import type { Permission } from './roles.ts'

export const DEFAULT_LIMITS: RateLimits = { perSource: 1200, perKey: 600, failures: 20 }
const MINUTE_MS = 60_000

/** Wrong keys and links of one source; one count over all doors. */
export interface Failures {
  /** @throws DsrError `RATE_LIMITED` when the source was wrong too often. */
  check(httpRequest: FastifyRequest): Promise<void>
  count(httpRequest: FastifyRequest): Promise<void>
}

export function createFailures(app: App, limits: RateLimits): Failures {
  const limiter = app.createRateLimit({ max: limits.failures, timeWindow: MINUTE_MS })
  return {
    check: async (httpRequest) => {
      const state = await limiter(httpRequest, { increment: false })
      if (!state.isAllowed && state.remaining <= 0) throw limited(state.ttl)
    },
    count: async (httpRequest) => {
      await limiter(httpRequest)
    },
  }
}

/** A hook that lets only holders of an API key with the permission pass, and counts their calls. */
export type Guard = (permission: Permission) => (httpRequest: FastifyRequest, reply: FastifyReply) => Promise<void>

const principals = new WeakMap<FastifyRequest, Principal>()

export function createGuard(app: App, options: ServerOptions, failures: Failures): Guard {
  const limits = { ...DEFAULT_LIMITS, ...options.settings.limits }
  const perKey = app.createRateLimit({
    max: limits.perKey,
    timeWindow: MINUTE_MS,
    keyGenerator: (httpRequest) => principalOf(httpRequest).id,
  })
  return (permission) => async (httpRequest, reply) => {
    await failures.check(httpRequest)
    const key = bearerOf(httpRequest)
    const principal = key === undefined ? undefined : await principalOfKey(options.ports.store, key)
    if (!principal) {
      await failures.count(httpRequest)
      reply.header('www-authenticate', 'Bearer')
      throw new DsrError('UNAUTHENTICATED', 'a valid API key is needed', { field: 'Authorization' })
    }
    principals.set(httpRequest, principal)
    const state = await perKey(httpRequest)
    if (!state.isAllowed && state.isExceeded) throw limited(state.ttl)
    requirePermission(principal, permission)
  }
}

/** Who asks. Only behind a guard. */
export function principalOf(httpRequest: FastifyRequest): Principal {
  const principal = principals.get(httpRequest)
  if (!principal) throw new DsrError('INTERNAL', 'a route without a guard asked who is there')
  return principal
}

export function limited(retryAfterMs: number): DsrError {
  return new DsrError('RATE_LIMITED', 'too many calls', { retryAfterMs })
}

function bearerOf(httpRequest: FastifyRequest): string | undefined {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(httpRequest.headers.authorization ?? '')?.[1]
}
