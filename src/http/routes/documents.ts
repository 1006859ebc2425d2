import { createHash } from 'node:crypto'
import swagger from '@fastify/swagger'
import scalar from '@scalar/fastify-api-reference'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import type { App, HttpSettings } from '../options.ts'

/** Collects the schemas of every route registered after it. */
export async function describeRoutes(app: App, settings: HttpSettings): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Habeas',
        version: settings.version,
        description: 'Carries one person’s rights request to every connected system, acts, looks again, and signs.',
      },
      servers: [{ url: settings.publicUrl }],
      tags: [
        { name: 'requests', description: 'A person exercises a right' },
        { name: 'orders', description: 'What people and the portal decide' },
        { name: 'connectors', description: 'Connected accounts' },
        { name: 'health', description: 'For machines that watch' },
      ],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'hbs_<id>_<secret>' } } },
      security: [{ key: [] }],
    },
    transform: jsonSchemaTransform,
  })
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#123d6b"/><path d="M4 3v10M12 3v10M4 8h8" stroke="#fff" stroke-width="2"/></svg>'

/** `/openapi.json`, and `/docs` to read it. Both are public: they tell nothing of anybody. */
export async function documentRoutes(app: App): Promise<void> {
  app.get('/favicon.ico', { schema: { hide: true } }, async (_, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(ICON),
  )
  app.get('/openapi.json', { schema: { hide: true } }, async (_, reply) => reply.send(app.swagger()))
  await app.register(async (scope) => {
    scope.addHook('onSend', async (_, reply, body) => {
      if (typeof body === 'string' && String(reply.getHeader('content-type')).startsWith('text/html'))
        reply.header('content-security-policy', policyFor(body))
      return body
    })
    await scope.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        url: '/openapi.json',
        pageTitle: 'Habeas API',
        withDefaultFonts: false,
        hideClientButton: true,
        showDeveloperTools: 'never',
        telemetry: false,
        agent: { disabled: true },
      },
    })
  })
}

/** The page's own inline scripts are named by their digests; whatever else stands in it does not run. */
function policyFor(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, code = '']) => code)
  const digests = inline.map((code) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`)
  return [
    "default-src 'none'",
    `script-src 'self' ${digests.join(' ')}`,
    // The reader writes its styles into the page as it runs.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
