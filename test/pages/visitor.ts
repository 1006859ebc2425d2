import type { TestServer } from '../http/kit.ts'

export interface PageAnswer {
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** What a person reads: without tags, scripts and attributes. */
  readonly text: string
}

/** Somebody with a browser that keeps cookies and follows no redirect by itself. */
export class Visitor {
  readonly #server: TestServer
  #cookie: string | undefined
  language = 'en'

  constructor(server: TestServer) {
    this.#server = server
  }

  static async signedIn(server: TestServer, key: string): Promise<Visitor> {
    const visitor = new Visitor(server)
    await visitor.post('/ops/sign-in', { key })
    return visitor
  }

  async get(path: string): Promise<PageAnswer> {
    return this.#ask('GET', path)
  }

  async post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<PageAnswer> {
    return this.#ask('POST', path, { body: new URLSearchParams(fields), headers })
  }

  /** Fills in the form of the page that leads to `action` and sends it. */
  async submit(page: PageAnswer, action: string, fields: Readonly<Record<string, string>> = {}): Promise<PageAnswer> {
    const form = page.html.split('<form').find((one) => one.includes(`action="${action}"`))
    if (form === undefined) throw new Error(`no form leads to ${action}`)
    const hidden = [...(form.split('</form>')[0] ?? '').matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    return this.post(action, {
      ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
      ...fields,
    })
  }

  get cookie(): string | undefined {
    return this.#cookie
  }

  async #ask(
    method: string,
    path: string,
    { body, headers = {} }: { body?: URLSearchParams; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<PageAnswer> {
    const reply = await fetch(`${this.#server.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        'accept-language': this.language,
        ...(this.#cookie !== undefined && { cookie: this.#cookie }),
        ...headers,
      },
      ...(body && { body }),
    })
    const [set] = reply.headers.getSetCookie()
    if (set !== undefined) this.#cookie = set.split(';')[0]
    const html = await reply.text()
    return { status: reply.status, headers: reply.headers, html, text: visibleText(html) }
  }
}

export function visibleText(html: string): string {
  return html
    .replace(/<(style|script|head)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
}
