import { DsrError } from '../../domain/errors.ts'
import { PAGE_TYPE, wantsPage } from '../negotiation.ts'
import type { App } from '../options.ts'
import { html, type Html } from './html.ts'
import { pageOf } from './layout.ts'
import { wordsFor, type Words } from './words.ts'

/** The root: a page for browsers, nothing for programs. */
export function placesRoute(app: App): void {
  app.get('/', { schema: { hide: true } }, async (httpRequest, reply) => {
    if (!wantsPage(httpRequest)) throw new DsrError('NOT_FOUND', 'not found')
    return reply.type(PAGE_TYPE).send(welcomePage(wordsFor(httpRequest.headers['accept-language'])))
  })
}

function welcomePage(words: Words): string {
  const { welcome, welcome_text: text } = words.places
  return pageOf({
    words,
    title: welcome,
    session: undefined,
    hasQueues: false,
    content: html`<h1>${welcome}</h1>
      <p>${text}</p>
      ${placesList(words)}`,
  })
}

/** What a browser sees where there is nothing: the ways that lead somewhere. It says the same of every address. */
export function lostPage(words: Words): string {
  return pageOf({
    words,
    title: words.error.not_found,
    session: undefined,
    hasQueues: false,
    content: html`<h1>${words.error.not_found}</h1>
      <p>${words.places.lost}</p>
      ${placesList(words)}`,
  })
}

function placesList({ places }: Words): Html {
  const place = (address: string, [name, text]: readonly [string, string]) =>
    html`<li><a href="${address}">${name}</a> <span class="soft">${text}</span></li>`
  return html`<ul>
    ${place('/ops', [places.pages, places.pages_text])} ${place('/docs', [places.api, places.api_text])}
    ${place('/health/ready', [places.health, places.health_text])}
  </ul>`
}
