import type { FastifyRequest } from 'fastify'

export const PAGE_TYPE = 'text/html; charset=utf-8'

/** Whether a person's browser asks; programs get a problem where there is nothing. */
export function wantsPage(httpRequest: FastifyRequest): boolean {
  return (httpRequest.headers.accept ?? '').includes('text/html')
}

/** Whether a program asks that would not know what to do with a page. */
export function wantsProblem(httpRequest: FastifyRequest): boolean {
  return /\bjson\b/.test(httpRequest.headers.accept ?? '') && !wantsPage(httpRequest)
}
