import type { Session } from '../access/sessions.ts'
import { html, type Html } from './html.ts'
import type { ErrorWord, Words } from './words.ts'

export interface Notice {
  readonly kind: 'bad' | 'good'
  readonly text: string
}

export interface Page {
  readonly words: Words
  readonly title: string
  /** Undefined before signing in. */
  readonly session: Session | undefined
  readonly hasQueues: boolean
  readonly notice?: Notice | undefined
  readonly content: Html
  /** Set: the page loads itself again after so many seconds. Never on a page that somebody fills in. */
  readonly refreshS?: number | undefined
}

export function pageOf(page: Page): string {
  const { words, title, notice } = page
  return html`<!doctype html>
    <html lang="${words.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${page.refreshS !== undefined && html`<meta http-equiv="refresh" content="${page.refreshS}" />`}
        <title>${title} · Habeas</title>
        <link rel="stylesheet" href="/ops/style.css" />
      </head>
      <body>
        <a class="skip" href="#content">${words.ui.skip}</a>
        <header><strong>Habeas</strong>${page.session ? signedIn(page, page.session) : null}</header>
        <main id="content">
          ${notice ? html`<p class="alert ${notice.kind}" role="${notice.kind === 'bad' ? 'alert' : 'status'}">${notice.text}</p>` : null}
          ${page.content}
        </main>
      </body>
    </html> `.text
}

function signedIn({ words, hasQueues }: Page, session: Session): Html {
  return html`<nav>
      <a href="/ops">${words.ui.requests}</a>${hasQueues ? html`<a href="/ops/queues/">${words.ui.queues}</a>` : null}
    </nav>
    <span class="soft">${words.role[session.principal.role]}</span>
    <form method="post" action="/ops/sign-out">
      ${csrfField(session)}<button class="quiet">${words.ui.sign_out}</button>
    </form>`
}

export function csrfField(session: Session): Html {
  return html`<input type="hidden" name="csrf" value="${session.csrf}" />`
}

export function errorPage(
  of: Pick<Page, 'words' | 'session' | 'hasQueues'> & {
    readonly error: ErrorWord
    readonly requestId: string | undefined
  },
): string {
  const text = of.words.error[of.error]
  return pageOf({
    ...of,
    title: text,
    notice: { kind: 'bad', text },
    content: html`<p>
      ${of.requestId !== undefined && html`<a href="/ops/requests/${of.requestId}">${of.words.ui.continue}</a> · `}<a
        href="/ops"
        >${of.words.ui.back}</a
      >
    </p>`,
  })
}
