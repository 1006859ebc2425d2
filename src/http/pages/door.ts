import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DsrError, isDsrError } from '../../domain/errors.ts'
import type { Failures } from '../access/authentication.ts'
import { requirePermission } from '../access/principal.ts'
import {
  endSession,
  requireCsrf,
  SESSION_MS,
  sessionOf,
  startSessionByKey,
  startSessionByLink,
  type Session,
} from '../access/sessions.ts'
import type { App, ServerOptions } from '../options.ts'
import { pageOf } from './layout.ts'
import { signInContent } from './sign-in-page.ts'
import { wordsFor } from './words.ts'

const sessions = new WeakMap<FastifyRequest, Session>()

export function sessionOfRequest(httpRequest: FastifyRequest): Session | undefined {
  return sessions.get(httpRequest)
}

/** Who is signed in. Only behind `requireSession`. */
export function signedIn(httpRequest: FastifyRequest): Session {
  const session = sessions.get(httpRequest)
  if (!session) throw new DsrError('UNAUTHENTICATED', 'nobody is signed in')
  return session
}

/** A hook that sends everyone else to the door, and takes no form that was made for another session. */
export function requireSession(options: ServerOptions) {
  const name = cookieName(options)
  return async (httpRequest: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const session = await sessionOf(options.ports.store, httpRequest.cookies[name])
    if (!session) return reply.redirect('/ops/sign-in', 303)
    requirePermission(session.principal, 'see_pages')
    sessions.set(httpRequest, session)
    return undefined
  }
}

const secretForm = z.object({ token: z.string().optional(), key: z.string().optional() })

/** Signing in by link or key, and signing out. */
export function doorRoutes(scope: App, options: ServerOptions, failures: Failures): void {
  const hide = { hide: true }
  scope.get('/ops/sign-in', { schema: hide }, async (httpRequest, reply) => {
    const token = z.object({ token: z.string().max(512) }).safeParse(httpRequest.query).data?.token
    return sendDoor(httpRequest, reply, { token })
  })
  scope.post('/ops/sign-in', { schema: hide }, async (httpRequest, reply) => {
    refuseForeignForm(httpRequest)
    await failures.check(httpRequest)
    const { token, key } = secretForm.parse(httpRequest.body)
    const session = await tryStart(options, { token, key })
    if (!session) {
      await failures.count(httpRequest)
      return sendDoor(httpRequest, reply.code(401), { token: undefined, hasFailed: true })
    }
    setCookie(options, reply, session.secret)
    return reply.redirect('/ops', 303)
  })
  scope.post('/ops/sign-out', { schema: hide, onRequest: requireSession(options) }, async (httpRequest, reply) => {
    const session = signedIn(httpRequest)
    requireCsrf(session, z.object({ csrf: z.string() }).safeParse(httpRequest.body).data?.csrf)
    await endSession(options.ports.store, session.secret)
    reply.clearCookie(cookieName(options), { path: '/' })
    return reply.redirect('/ops/sign-in', 303)
  })
}

async function tryStart(
  options: ServerOptions,
  { token, key }: z.output<typeof secretForm>,
): Promise<Session | undefined> {
  const { store } = options.ports
  try {
    const session =
      token === undefined ? await startSessionByKey(store, (key ?? '').trim()) : await startSessionByLink(store, token)
    requirePermission(session.principal, 'see_pages')
    return session
  } catch (error) {
    // A key of the portal opens no page: to the door it is like a wrong one.
    if (isDsrError(error, 'UNAUTHENTICATED') || isDsrError(error, 'FORBIDDEN')) return undefined
    throw error
  }
}

async function sendDoor(
  httpRequest: FastifyRequest,
  reply: FastifyReply,
  of: { readonly token: string | undefined; readonly hasFailed?: boolean },
): Promise<FastifyReply> {
  const words = wordsFor(httpRequest.headers['accept-language'])
  return reply.type('text/html; charset=utf-8').send(
    pageOf({
      words,
      title: words.ui.sign_in,
      session: undefined,
      hasQueues: false,
      notice: of.hasFailed === true ? { kind: 'bad', text: words.ui.sign_in_failed } : undefined,
      content: signInContent(words, of.token),
    }),
  )
}

/** Browsers say where a form comes from; another site may not sign anybody in. */
export function refuseForeignForm(httpRequest: FastifyRequest): void {
  const site = httpRequest.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new DsrError('FORBIDDEN', 'the form comes from another site')
}

function isSecure(options: ServerOptions): boolean {
  return options.settings.publicUrl.startsWith('https:')
}

function cookieName(options: ServerOptions): string {
  return isSecure(options) ? '__Host-habeas' : 'habeas'
}

function setCookie(options: ServerOptions, reply: FastifyReply, secret: string): void {
  reply.setCookie(cookieName(options), secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure(options),
    maxAge: SESSION_MS / 1000,
  })
}
