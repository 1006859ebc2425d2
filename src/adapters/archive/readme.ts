import type { ArchiveSpec } from './spec.ts'
import { WORDS } from './words.ts'

/** Plain text, in the person's language, for whoever does not get as far as the page. */
export async function* renderReadme(spec: ArchiveSpec): AsyncGenerator<string> {
  const words = WORDS[spec.language]
  const isPortability = spec.profile === 'portability'
  const lines = [
    isPortability ? words.portabilityTitle : words.title,
    '',
    isPortability ? words.portabilityIntro(spec.controllerName) : words.intro(spec.controllerName),
    `${words.reference}: ${spec.requestId}`,
    `${words.made}: ${new Date(spec.createdAtMs).toISOString()}`,
    '',
    ...words.readme,
    '',
    ...(spec.contact === undefined ? [] : [`${words.contact}: ${spec.contact}`]),
    ...(spec.authority === undefined ? [] : [`${words.authority}: ${spec.authority}`]),
  ]
  yield await Promise.resolve(`${lines.join('\r\n').trimEnd()}\r\n`)
}
