import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { DsrError } from '../../domain/errors.ts'

const HOME = path.resolve(import.meta.dirname, '../../..')
const ENTRY = 'src/bin/verify/browser/page.js'
/** What stands in for a file that only Node can run. */
const STAND_INS: Readonly<Record<string, string>> = {
  'src/crypto/platform.ts': 'src/bin/verify/browser/platform.js',
}

/**
 * The page that checks proof files in a browser, as one HTML file: the sources of the verifier with their types removed, each in
 * a function of its own, and no build tool. What the page runs is what `habeas verify` runs, but for the browser's own
 * cryptography.
 */
export async function verifierPage(): Promise<string> {
  const modules = new Map<string, string>()
  await collect(ENTRY, modules)
  const template = await readFile(path.join(import.meta.dirname, 'browser/page.html'), 'utf8')
  const script = [
    "'use strict'",
    'const modules = new Map()',
    ...[...modules].map(([name, body]) => `modules.set('${name}', (() => {\n${body}\n})())`),
  ].join('\n')
  // A replacement text would give its dollar signs a meaning.
  return template.replace(
    '<!-- script -->',
    () => `<script>\n${script.replaceAll('</script', '<\\/script')}\n</script>`,
  )
}

const IMPORT = /^import (?:type )?(?:\{(?<bindings>[^}]*)\} from )?'(?<specifier>\.[^']*)'\n/gm
const EXPORT = /^export (?:async )?(?:function\*?|const|class) (\w+)/gm

/** Puts the module behind everything that it imports. Circles are refused by the layer rules. */
async function collect(name: string, modules: Map<string, string>): Promise<void> {
  if (modules.has(name)) return
  const file = STAND_INS[name] ?? name
  const source = await readFile(path.join(HOME, file), 'utf8')
  const plain = file.endsWith('.ts') ? stripTypeScriptTypes(source) : source
  for (const { groups } of plain.matchAll(IMPORT)) await collect(targetOf(name, groups?.specifier ?? ''), modules)
  modules.set(name, bodyOf(name, plain))
}

function bodyOf(name: string, plain: string): string {
  const names = [...plain.matchAll(EXPORT)].map(([, exported]) => exported)
  const uses = [...plain.matchAll(IMPORT)].map(
    ({ groups }) =>
      `const {${renamed(groups?.bindings ?? '')}} = modules.get('${targetOf(name, groups?.specifier ?? '')}')`,
  )
  const rest = plain.replace(IMPORT, '').replace(/^export (?=(?:async )?(?:function|const|class) )/gm, '')
  const body = [...uses, rest].join('\n')
  // Anything that these three lines of rules do not know would fail in the browser only.
  if (/^(?:import|export)\b/m.test(body)) throw new DsrError('INTERNAL', `the page cannot carry ${name}`)
  // Where types stood, blanks are left.
  const tidy = body.replaceAll(/[ \t]+$/gm, '').replaceAll(/\n{3,}/g, '\n\n')
  return `${tidy.trim()}\nreturn { ${names.join(', ')} }`
}

function renamed(bindings: string): string {
  return bindings.replaceAll(/\b(\w+) as (\w+)\b/g, '$1: $2')
}

function targetOf(from: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(from), specifier)
}
