import { trustedKeyFromPem } from '../../../crypto/public-key.ts'
import { settled } from '../../../crypto/platform.ts'
import { leafKindOf, madeAt, requestOf } from '../../../ledger/document.ts'
import { readVkey } from '../../../ledger/note.ts'
import { openTrustRoot } from '../../../ledger/root-file.ts'
import { trustInKeys, trustInRoot } from '../../../ledger/trust.ts'
import { verifyProofFile } from '../../../ledger/verify-proof.ts'
import { WORDS } from './words.ts'

const given = { proof: undefined, root: undefined, keys: [] }
let language = (navigator.languages ?? []).map((tag) => tag.slice(0, 2)).find((tag) => tag in WORDS) ?? 'en'
const part = (id) => document.getElementById(id)

/** Sorts out what a file is by what it holds, not by its name. */
async function take(files) {
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const text = new TextDecoder().decode(bytes)
    if (text.startsWith('c2sp.org/tlog-proof@')) given.proof = { name: file.name, bytes }
    else if (text.startsWith('{')) given.root = { name: file.name, bytes }
    else given.keys.push({ name: file.name, text })
  }
  await judge()
}

async function judge() {
  try {
    show(await settled(verdict))
  } catch (error) {
    show({ kind: 'unchecked', reason: error instanceof Error ? error.message : String(error) })
  }
}

function verdict() {
  const pasted = part('keys').value.split('\n')
  const trust = trustOf([...given.keys.map((key) => key.text), ...pasted])
  if (given.proof === undefined || trust === undefined) return { kind: 'waiting' }
  if (trust.kind === 'invalid') return trust
  return verifyProofFile(given.proof.bytes, { trust })
}

function trustOf(texts) {
  const noteKeys = []
  const recordKeys = []
  const pems = texts.join('\n').match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? []
  for (const pem of pems) recordKeys.push(trustedKeyFromPem(pem))
  for (const line of texts.flatMap((text) => text.split('\n')))
    if (/^\S+\+[0-9a-f]{8}\+\S+$/.test(line.trim())) noteKeys.push(readVkey(line.trim()))
  const keys = trustInKeys(noteKeys, recordKeys)
  if (given.root === undefined) return recordKeys.length > 0 && noteKeys.length > 0 ? keys : undefined
  const opened = openTrustRoot(given.root.bytes)
  if (opened.kind === 'invalid') return opened
  given.fingerprint = opened.fingerprint
  const rooted = trustInRoot(opened.root)
  return { ...rooted, logs: [...rooted.logs, ...keys.logs], recordKeys: [...rooted.recordKeys, ...keys.recordKeys] }
}

function show(result) {
  const words = WORDS[language]
  document.documentElement.lang = language
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = words[node.dataset.word]
  for (const button of document.querySelectorAll('[data-language]'))
    button.setAttribute('aria-pressed', String(button.dataset.language === language))
  const title = part('verdict')
  title.dataset.verdict = verdictOf(result)
  title.textContent = words[verdictOf(result)]
  fill(part('facts'), factsOf(result, words), factRow)
  fill(
    part('open'),
    (result.notProven ?? []).map((code) => words.notProven[code]),
    item,
  )
  part('open-title').hidden = (result.notProven ?? []).length === 0
  part('record').textContent = textOf(result)
  part('details').hidden = result.kind !== 'valid'
}

function verdictOf(result) {
  if (result.kind === 'valid') return result.isAnchored ? 'valid' : 'notAnchored'
  return result.kind
}

function factsOf(result, words) {
  const files = [given.proof?.name, given.root?.name, ...given.keys.map((key) => key.name)].filter(Boolean)
  const facts = files.length > 0 ? [[words.files, files.join(', ')]] : []
  if (given.root !== undefined && given.fingerprint !== undefined) facts.push([words.fingerprint, given.fingerprint])
  if (result.reason !== undefined)
    facts.push([words.reason, result.code ? `${result.code}: ${result.reason}` : result.reason])
  if (result.kind !== 'valid') return facts
  const { document: logged, checkpoint, index, recordKeyId, cosignatures } = result
  return [
    ...facts,
    [words.what, words.kinds[leafKindOf(logged)]],
    [words.request, requestOf(logged) ?? '–'],
    [words.madeAt, madeAt(logged)],
    [words.signedBy, recordKeyId],
    [words.log, checkpoint.origin],
    [words.entry, `${index} / ${checkpoint.size}`],
    ...cosignatures.map(({ witness, timeMs }) => [words.witness, `${witness}, ${new Date(timeMs).toISOString()}`]),
  ]
}

function textOf(result) {
  if (result.kind !== 'valid') return ''
  const { document: logged } = result
  return JSON.stringify(logged.kind === 'event' ? logged.event : logged.statement, undefined, 2)
}

function fill(list, rows, make) {
  list.replaceChildren(...rows.flatMap(make))
}

function factRow([label, value]) {
  const [term, detail] = [document.createElement('dt'), document.createElement('dd')]
  term.textContent = label
  detail.textContent = value
  return [term, detail]
}

function item(text) {
  const row = document.createElement('li')
  row.textContent = text
  return [row]
}

part('files').addEventListener('change', (event) => void take(event.target.files))
part('keys').addEventListener('input', () => void judge())
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  void take(event.dataTransfer.files)
})
for (const button of document.querySelectorAll('[data-language]'))
  button.addEventListener('click', () => {
    language = button.dataset.language
    void judge()
  })
void judge()
