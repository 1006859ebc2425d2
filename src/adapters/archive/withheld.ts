import { REDACTION_MARKERS } from '../../domain/redaction.ts'
import type { Withheld } from '../../ports/runtime.ts'
import { escapeHtml } from './html.ts'
import type { ArchiveSpec } from './spec.ts'
import { WORDS } from './words.ts'

/** `withheld.json`: what was left out of the copy, where, how much, and why (Art. 15(4) GDPR). */
export async function* describeWithheld(spec: ArchiveSpec): AsyncGenerator<string> {
  const list = (spec.withheld ?? []).map(({ accountId, part, kind, reason, count }) => ({
    account: accountId,
    part,
    kind,
    reason,
    marker: REDACTION_MARKERS[reason],
    count,
  }))
  yield await Promise.resolve(`${JSON.stringify(list, null, 2)}\n`)
}

/** The same for people, for the overview page; nothing when nothing was left out. */
export function renderWithheld(spec: ArchiveSpec): string {
  const { withheld = [] } = spec
  if (withheld.length === 0) return ''
  const words = WORDS[spec.language]
  const rows = withheld.map((one) => rowOf(spec, one)).join('\n')
  const head = [words.place, words.category, words.withheldWhat, words.withheldWhy]
    .map((name) => `<th scope="col">${escapeHtml(name)}</th>`)
    .join('')
  return `<section id="withheld">
<h2>${escapeHtml(words.withheld)}</h2>
<p>${escapeHtml(words.withheldText)}</p>
<table class="stack"><thead><tr>${head}</tr></thead><tbody>
${rows}
</tbody></table>
</section>
`
}

function rowOf(spec: ArchiveSpec, { accountId, part, kind, reason, count }: Withheld): string {
  const words = WORDS[spec.language]
  const system = spec.systems.find((one) => one.accountId === accountId)
  const title = system?.parts.find((one) => one.part === part)?.title ?? part
  const cells = [
    system?.title ?? accountId,
    title,
    `${String(count)} × ${words.withheldKinds[kind]}`,
    words.withheldReasons[reason],
  ]
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`
}
