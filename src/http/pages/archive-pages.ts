import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ARCHIVE_SESSION_MS, requestOfArchiveSession, startArchiveSession } from '../access/archive-links.ts'
import type { Failures } from '../access/authentication.ts'
import { sendArchive } from '../archive-reply.ts'
import type { App, ServerOptions } from '../options.ts'
import { ARCHIVE_WORDS, type ArchiveWords } from './archive-words.ts'
import { refuseForeignForm } from './door.ts'
import { html, type Html } from './html.ts'
import { pageOf } from './layout.ts'
import { wordsFor } from './words.ts'

const params = z.object({ token: z.string().max(200) })
const codeForm = z.object({ code: z.string().max(40).catch('') })
const hide = { hide: true }

/**
 * Where a person fetches their archive: a form for the code at the address of the link, then a button for fifteen minutes. Opening the
 * address changes nothing, and every link that opens nothing answers alike.
 */
export function archivePages(scope: App, options: ServerOptions, failures: Failures): void {
  scope.get('/archive/:token', { schema: { ...hide, params } }, async (httpRequest, reply) => {
    const found = await sessionArchive(options, httpRequest, httpRequest.params.token)
    return send(httpRequest, reply, found ? readyContent : formContent)
  })
  scope.post('/archive/:token', { schema: { ...hide, params } }, async (httpRequest, reply) => {
    refuseForeignForm(httpRequest)
    await failures.check(httpRequest)
    const { token } = httpRequest.params
    const { code } = codeForm.parse(httpRequest.body)
    const secret = await startArchiveSession(options.ports, { token, code })
    if (secret === undefined) {
      await failures.count(httpRequest)
      return send(httpRequest, reply.code(401), refusedContent)
    }
    setCookie(options, reply, { token, secret })
    return reply.redirect(`/archive/${token}`, 303)
  })
  scope.get('/archive/:token/zip', { schema: { ...hide, params } }, async (httpRequest, reply) => {
    const found = await sessionArchive(options, httpRequest, httpRequest.params.token)
    if (!found) return send(httpRequest, reply.code(401), refusedContent)
    return sendArchive(options, { httpRequest, reply }, found)
  })
}

async function sessionArchive(options: ServerOptions, httpRequest: FastifyRequest, token: string) {
  const secret = httpRequest.cookies[cookieName(options)]
  return requestOfArchiveSession(options.ports, { token, secret })
}

type Content = (words: ArchiveWords, token: string) => Html

async function send(httpRequest: FastifyRequest, reply: FastifyReply, content: Content): Promise<FastifyReply> {
  const words = wordsFor(httpRequest.headers['accept-language'])
  const own = ARCHIVE_WORDS[words.language]
  const token = encodeURIComponent(params.parse(httpRequest.params).token)
  return reply
    .type('text/html; charset=utf-8')
    .send(pageOf({ words, title: own.title, session: undefined, hasQueues: false, content: content(own, token) }))
}

const refusedContent: Content = (words, token) =>
  html`<p class="alert bad" role="alert">${words.closed}</p>
    ${formContent(words, token)}`

const formContent: Content = (words, token) =>
  html`<h1>${words.title}</h1>
    <p>${words.intro}</p>
    <form method="post" action="/archive/${token}">
      <label for="code">${words.code}</label>
      <input
        type="text"
        id="code"
        name="code"
        required
        inputmode="numeric"
        autocomplete="one-time-code"
        maxlength="12"
        aria-describedby="code-hint"
      />
      <p class="hint" id="code-hint">${words.codeHint}</p>
      <div><button>${words.open}</button></div>
    </form>`

const readyContent: Content = (words, token) =>
  html`<h1>${words.ready}</h1>
    <p>${words.readyText}</p>
    <p><a class="button" href="/archive/${token}/zip">${words.download}</a></p>
    <p class="hint">${words.keepText}</p>`

function isSecure(options: ServerOptions): boolean {
  return options.settings.publicUrl.startsWith('https:')
}

function cookieName(options: ServerOptions): string {
  return isSecure(options) ? '__Secure-habeas-archive' : 'habeas-archive'
}

function setCookie(
  options: ServerOptions,
  reply: FastifyReply,
  { token, secret }: { readonly token: string; readonly secret: string },
): void {
  reply.setCookie(cookieName(options), secret, {
    path: `/archive/${encodeURIComponent(token)}`,
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure(options),
    maxAge: ARCHIVE_SESSION_MS / 1000,
  })
}
