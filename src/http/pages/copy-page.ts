import { REDACTION_REASONS } from '../../domain/redaction.ts'
import type { Session } from '../access/sessions.ts'
import type { ReadCopy } from '../routes/copy.ts'
import type { CopyField, CopyPlace, CopyRecord, ShownPlace } from '../views/copy.ts'
import { html, type Html } from './html.ts'
import { csrfField } from './layout.ts'
import { fill, type Words } from './words.ts'

export interface CopyPage {
  readonly words: Words
  readonly session: Session
  readonly seen: ReadCopy
}

/** What the person would get, place by place, with what is about others marked; and the form that releases exactly this. */
export function copyContent(page: CopyPage): Html {
  const { words, seen } = page
  const { copy: text, ui } = words
  const { id } = seen.copy.request
  return html`<p><a href="/ops/requests/${id}">${ui.continue}</a> · <a href="/ops">${ui.back}</a></p>
    <h1>${text.title}</h1>
    <p>${text.text}</p>
    ${seen.places.length === 0 ? html`<p class="soft">${text.empty}</p>` : placesList(page)}
    ${seen.shown === undefined ? seen.places.length > 0 && html`<p class="soft">${text.pick}</p>` : shownPlace(page, seen.shown)}
    <section class="card wanted">
      <h2>${ui.review}</h2>
      <p>${text.release_text}</p>
      <form class="order" method="post" action="/ops/requests/${id}/review">
        ${csrfField(page.session)}<input type="hidden" name="copy_hash" value="${seen.copy.hash}" />
        <label for="reason">${ui.reason}</label>
        <input type="text" id="reason" name="reason" maxlength="4000" autocomplete="off" />
        <div><button>${ui.review}</button></div>
      </form>
    </section>`
}

function addressOf({ seen }: CopyPage, place: CopyPlace, from = 0): string {
  const query = new URLSearchParams({ leg_id: place.legId, part: place.part, ...(from > 0 && { from: String(from) }) })
  return `/ops/requests/${seen.copy.request.id}/copy?${query.toString()}#shown`
}

/** Folded away while one of them is read. */
function placesList(page: CopyPage): Html {
  if (page.seen.shown === undefined) return placesTable(page)
  return html`<details>
    <summary>${page.words.copy.places}</summary>
    ${placesTable(page)}
  </details>`
}

function placesTable(page: CopyPage): Html {
  const { copy: text, ui } = page.words
  return html`<table class="wide">
    <thead>
      <tr>
        <th scope="col">${ui.system}</th>
        <th scope="col">${ui.place}</th>
        <th scope="col" class="number">${text.records}</th>
        <th scope="col" class="number">${text.files}</th>
        <th scope="col" class="number">${text.left_out}</th>
        <th scope="col" class="number">${text.secrets}</th>
      </tr>
    </thead>
    <tbody>
      ${page.seen.places.map(
        (place) =>
          html`<tr>
            <td>${place.system}</td>
            <td><a href="${addressOf(page, place)}">${place.title}</a></td>
            <td class="number" data-label="${text.records}">${place.records}</td>
            <td class="number" data-label="${text.files}">${shownCount(place.files)}</td>
            <td class="number" data-label="${text.left_out}">${shownCount(place.redactions)}</td>
            <td class="number" data-label="${text.secrets}">${shownCount(place.secrets)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function shownCount(count: number): string {
  return count === 0 ? '–' : String(count)
}

function shownPlace(page: CopyPage, shown: ShownPlace): Html {
  const { copy: text } = page.words
  const { place } = shown
  return html`<h2 id="shown">${place.system}: ${place.title}</h2>
    <form method="post" action="/ops/requests/${page.seen.copy.request.id}/copy">
      ${csrfField(page.session)} ${hidden('leg_id', place.legId)} ${hidden('part', place.part)}
      ${hidden('from', shown.from)} ${shown.records.map((record) => recordCard(page, record))}
      ${shown.files.map(
        ({ position, name, mediaType, bytes, redactionId }) =>
          html`<div class="card">
            ${tick(page, { name: nameOf('attachment', position, ''), redactionId, isOfOthers: false, label: name })}
            <p class="soft">
              ${mediaType}, ${Math.ceil(bytes / 1024)} KiB ·
              <a
                href="/ops/requests/${page.seen.copy.request.id}/copy/file?${new URLSearchParams({ leg_id: place.legId, part: place.part, position: String(position) }).toString()}"
                >${text.download}</a
              >
            </p>
          </div>`,
      )}
      ${shown.nextFrom !== null && html`<p><a href="${addressOf(page, place, shown.nextFrom)}">${text.next}</a></p>`}
      <label for="why">${text.why}</label>
      <select id="why" name="why">
        ${REDACTION_REASONS.map((reason) => html`<option value="${reason}">${text[reason]}</option>`)}
      </select>
      <div>
        <button name="action" value="redact">${text.hide}</button>
        <button class="quiet" name="action" value="restore">${text.show}</button>
      </div>
    </form>`
}

function hidden(name: string, value: string | number): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`
}

function recordCard(page: CopyPage, record: CopyRecord): Html {
  const { copy: text } = page.words
  return html`<fieldset class="card match">
    <legend>${fill(text.record, { number: record.position + 1 })}</legend>
    ${tick(page, {
      name: nameOf('record', record.position, ''),
      redactionId: record.redactionId,
      isOfOthers: false,
      label: text.whole,
    })}
    <table class="copy">
      <tbody>
        ${record.fields.map((field) => fieldRow(page, record, field))}
      </tbody>
    </table>
    ${record.isCut && html`<p class="hint">${text.cut}</p>`}
  </fieldset>`
}

function fieldRow(page: CopyPage, record: CopyRecord, field: CopyField): Html {
  const isMarked = field.isOfOthers && field.redactionId === null && record.redactionId === null
  return html`<tr class="${isMarked && 'others'}">
    <th scope="row">
      ${tick(page, {
        name: nameOf('field', record.position, field.path),
        redactionId: field.redactionId,
        isOfOthers: isMarked,
        label: field.name,
      })}
    </th>
    <td>${field.redactionId === null ? field.value : html`<s>${field.value}</s>`}</td>
  </tr>`
}

function tick(
  { words: { copy: text } }: CopyPage,
  of: {
    readonly name: string
    readonly redactionId: string | null
    readonly isOfOthers: boolean
    readonly label: string
  },
): Html {
  return html`<label class="choice"
      ><input type="checkbox" name="${of.name}" value="${of.redactionId ?? 'in'}" ${of.isOfOthers && 'checked'} /><span
        >${of.label}</span
      ></label
    >
    ${of.redactionId !== null && html`<span class="tag bad">${text.is_out}</span>`}
    ${of.isOfOthers && html`<span class="tag warn">${text.others}</span>`}`
}

function nameOf(kind: 'field' | 'record' | 'attachment', position: number, path: string): string {
  return `${kind}.${position}.${Buffer.from(path).toString('base64url')}`
}

const TICKED = /^(field|record|attachment)\.(\d{1,8})\.([\w-]*)$/

/** What the form of a place orders, as the API takes it. */
export function copyOrder(form: Readonly<Record<string, unknown>>): {
  readonly name: 'redact' | 'restore'
  readonly body: object
} {
  const ticked = Object.entries(form).flatMap(([name, value]) => {
    const [, kind, position, path] = TICKED.exec(name) ?? []
    return kind === undefined ? [] : [{ kind, position: Number(position), path: path ?? '', value }]
  })
  if (form.action === 'restore')
    return {
      name: 'restore',
      body: { redaction_ids: ticked.map(({ value }) => value).filter((value) => value !== 'in') },
    }
  const redactions = ticked
    .filter(({ value }) => value === 'in')
    .map(({ kind, position, path }) => ({
      ...{ kind, position, leg_id: form.leg_id, part: form.part },
      path: Buffer.from(path, 'base64url').toString(),
    }))
  return { name: 'redact', body: { redactions, why: form.why } }
}
