import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { connectors } from '../../connectors/index.ts'
import { parseConfiguration } from '../../src/config.ts'
import { ERROR_CODES } from '../../src/domain/errors.ts'
import { ORDER_NAMES } from '../../src/http/wire/orders.ts'
import { en } from '../../src/http/pages/words/en.ts'
import { allPages, anchorsOf, codeOf, linksOf, project } from './pages.ts'

const pages = await allPages()
const textOf = (file: string) => pages.find((page) => page.file === file)?.text ?? ''
const codes = pages.map((page) => [page.file, codeOf(page)] as const)

describe('every page', () => {
  it.each(pages.map((page) => [page.file, page] as const))('%s links only to what is there', async (_, page) => {
    const broken: string[] = []
    for (const { to, anchor } of linksOf(page)) {
      if (!existsSync(path.join(project, to))) broken.push(to)
      else if (anchor !== '' && !anchorsOf(await readFile(path.join(project, to), 'utf8')).has(anchor))
        broken.push(`${to}#${anchor}`)
    }
    expect(broken).toEqual([])
  })

  it.each(codes)('%s names only files that are there', (_, code) => {
    const named = code.filter((one) => /^(src|test|workers|connectors|bench|bin|docs|[.]ci)\/[\w./-]+$/.test(one))
    expect(named.filter((one) => !existsSync(path.join(project, one)))).toEqual([])
  })

  it.each(codes)('%s names only npm scripts that are there', async (_, code) => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile(path.join(project, 'package.json'), 'utf8')))
    const called = code.flatMap((line) =>
      [...line.matchAll(/\bnpm (?:run )?(?:-s )?(?!ci\b|install\b|run\b|-s\b)([a-z]+)\b/g)].map(
        (match) => match[1] ?? '',
      ),
    )
    expect(called.filter((name) => scripts[name] === undefined)).toEqual([])
  })

  it.each(codes)('%s names only error codes that are there', (_, code) => {
    const named = code.filter((one) => /^(VENDOR|SCHEMA|OBJECT_STORE|PLAN|CONFIG|DATABASE|QUEUE)_[A-Z_]+$/.test(one))
    const others = new Set(['DATABASE_URL'])
    expect(named.filter((one) => !(one in ERROR_CODES) && !others.has(one))).toEqual([])
  })
})

describe('commands of habeas', () => {
  const help = (...words: string[]) =>
    spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/bin/habeas.ts', 'help', ...words], {
      cwd: project,
      encoding: 'utf8',
    }).stdout
  const known = new Set([...help().matchAll(/^ {2}([a-z]+(?:-[a-z]+)*)(?: |$)/gm)].map((match) => match[1] ?? ''))
  // Pages that say what is not there yet name it.
  const announced = new Set(['init', 'rehearse'])
  const calls = codes.flatMap(([file, code]) =>
    code.flatMap((line) =>
      [...line.matchAll(/(?:^|[ /])habeas (?:-- )?([a-z]+(?:-[a-z]+)*)((?: [^|&;#]*)?)/g)].map(
        ([, command = '', rest = '']) => ({
          file,
          command,
          options: [...rest.matchAll(/ (--[a-z-]+)/g)].map((one) => one[1] ?? ''),
        }),
      ),
    ),
  )

  it('are all there', () => {
    expect(calls.length).toBeGreaterThan(10)
    expect(calls.filter(({ command }) => !known.has(command) && !announced.has(command))).toEqual([])
    expect([...announced].filter((command) => known.has(command))).toEqual([])
  })

  it('take the options that pages give them', () => {
    const unknown = calls.filter(({ command, options }) => {
      const text = options.length === 0 ? '' : help(command)
      return options.some((option) => !new RegExp(`${option}[ ,\\n]`).test(text))
    })
    expect(unknown).toEqual([])
  })
})

describe('README.md', () => {
  const readme = textOf('README.md')

  it('begins with what it does, what cannot be undone, what it proves, and the two commands', () => {
    const opening = readme.slice(0, readme.indexOf('## Keep it running'))
    const order = [
      'cannot be undone',
      'read_only',
      'proves',
      'does not prove',
      'npm ci && npm run demo',
      'npm ci && npm test',
    ]
    const places = order.map((words) => opening.indexOf(words))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
  })

  it('shows a configuration that is taken and lets nothing be changed', () => {
    const example = /```yaml\n([^]*?)```/.exec(readme)?.[1] ?? ''
    const known = connectors.map(({ connector }) => connector.manifest)
    const { controllers } = parseConfiguration(example, known, { HUBSPOT_TOKEN: 'a', SENDGRID_TOKEN: 'b' })
    const accounts = controllers.flatMap((controller) => controller.accounts)
    expect(accounts.length).toBeGreaterThan(0)
    expect(new Set(accounts.map(({ effects }) => effects))).toEqual(new Set(['read_only']))
  })

  it('calls only what the API has', () => {
    const called = [...readme.matchAll(/\/v1\/requests\/(?:\$id|\{id\})\/([a-z-]+)/g)].map((match) => match[1] ?? '')
    const there: readonly string[] = [...ORDER_NAMES, 'plan', 'record', 'archive', 'copy']
    expect(called.length).toBeGreaterThan(3)
    expect(called.filter((name) => !there.includes(name))).toEqual([])
  })
})

describe('docs/operations.md', () => {
  it.each(Object.entries(en.stop))('says what to do about %s, in the words of the page', (reason, words) => {
    const row = textOf('docs/operations.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${reason}\` |`))
    const [, , said = '', happened = '', advice = ''] = row?.split('|').map((cell) => cell.trim()) ?? []
    expect(said).toBe(words)
    expect(happened.length).toBeGreaterThan(10)
    expect(advice.length).toBeGreaterThan(10)
  })
})
