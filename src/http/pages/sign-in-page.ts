import { html, type Html } from './html.ts'
import type { Words } from './words.ts'

/** Shows a button for a link, or a field for a key. Opening it changes nothing: mail scanners open links too. */
export function signInContent(words: Words, token: string | undefined): Html {
  const { ui } = words
  if (token !== undefined)
    return html`<h1>${ui.sign_in}</h1>
      <p>${ui.sign_in_link_text}</p>
      <form method="post" action="/ops/sign-in">
        <input type="hidden" name="token" value="${token}" /><button>${ui.continue}</button>
      </form>`
  return html`<h1>${ui.sign_in}</h1>
    <p>${ui.sign_in_key_text}</p>
    <form method="post" action="/ops/sign-in">
      <label for="key">${ui.api_key}</label>
      <input type="password" id="key" name="key" required autocomplete="current-password" maxlength="512" />
      <div><button>${ui.sign_in}</button></div>
    </form>`
}
