import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import type { SandboxCall } from '../../src/connector/testing.ts'

/** A vendor's published OpenAPI (3.x) or Swagger (2.0) documents, ready to hold calls against. */
export interface Contract {
  readonly operations: readonly Operation[]
  readonly ajv: Ajv2020
}

interface Operation {
  readonly method: string
  /** Path template with the server's prefix. */
  readonly template: string
  readonly pattern: RegExp
  /** Literal characters: the more, the better the match. */
  readonly weight: number
  /** Where the operation stands: `document#/paths/…/get`. */
  readonly place: string
  readonly node: Node
  readonly parameters: readonly Node[]
}

type Node = Readonly<Record<string, unknown>>

const SPECS = join(import.meta.dirname, '..', '..', '..', 'shared', 'specs')

/** The documents of `../shared/specs/<vendor>` beside the project, or undefined when there are none. */
export function loadContract(vendor: string): Contract | undefined {
  const folder = join(SPECS, vendor)
  if (!existsSync(folder)) return undefined
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true, logger: false })
  addFormats.default(ajv)
  const operations = readdirSync(folder)
    .filter((name) => /[.](json|ya?ml)$/.test(name))
    .flatMap((name) => {
      const document = nodeOf(parse(readFileSync(join(folder, name), 'utf8'), { maxAliasCount: -1 }))
      if (!('paths' in document)) return []
      const id = `https://specs.invalid/${name}`
      ajv.addSchema({ ...nodeOf(withNull(document)), $id: id }, id)
      return operationsOf(document, id)
    })
  return operations.length === 0 ? undefined : { operations, ajv }
}

/** OpenAPI 3.0 writes `nullable` beside `allOf`, `oneOf` or `$ref` too, where the validator knows it beside `type` only. */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNull)
  if (typeof value !== 'object' || value === null) return value
  const node = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withNull(one)]))
  if (typeof node.nullable !== 'boolean' || 'type' in node) return node
  const { nullable, ...rest } = node
  return nullable ? { anyOf: [rest, { type: 'null' }] } : rest
}

/** What a call log does that the documents do not say. Answers that a fault gave are no answers of the vendor. */
export function contractProblems(contract: Contract, calls: readonly SandboxCall[]): readonly string[] {
  const problems = calls.filter(({ fault }) => fault === undefined).flatMap((call) => problemsOf(contract, call))
  return [...new Set(problems)]
}

function problemsOf({ operations, ajv }: Contract, call: SandboxCall): readonly string[] {
  const operation = operations
    .filter(({ method, pattern }) => method === call.method && pattern.test(call.path))
    .sort((one, other) => other.weight - one.weight)[0]
  if (operation === undefined) return [`${call.method} ${call.path}: not in the documents`]
  const name = `${operation.method} ${operation.template}`
  return [
    ...queryProblems(operation, call),
    ...bodyProblems(ajv, requestPlace(operation), { text: call.requestBody, whose: 'body' }),
    ...replyProblems(ajv, operation, call),
  ].map((problem) => `${name}: ${problem}`)
}

function queryProblems({ parameters }: Operation, call: SandboxCall): readonly string[] {
  const known = parameters.filter((parameter) => parameter.in === 'query')
  const names = new Set(known.map((parameter) => String(parameter.name)))
  const given = new Set([...new URLSearchParams(call.query).keys()])
  const unknown = [...given].filter((name) => !names.has(name) && !names.has(name.replace(/\[\]$/, '')))
  const missing = known.filter((one) => one.required === true && !given.has(String(one.name)))
  return [
    ...unknown.map((name) => `query ${name} is unknown`),
    ...missing.map((one) => `query ${String(one.name)} is missing`),
  ]
}

/** Where the schema of the JSON body stands, if the operation has one. */
function requestPlace({ node, place, parameters }: Operation): string | undefined {
  if ('schema' in nodeOf(nodeOf(nodeOf(node.requestBody).content)['application/json']))
    return `${place}/requestBody/content/application~1json/schema`
  const at = parameters.findIndex((parameter) => parameter.in === 'body')
  return at < 0 ? undefined : `${place}/parameters/${at}/schema`
}

function replyProblems(ajv: Ajv2020, { node, place }: Operation, call: SandboxCall): readonly string[] {
  const responses = nodeOf(node.responses)
  const status = String(call.status) in responses ? String(call.status) : 'default'
  if (!(status in responses)) return call.status < 300 ? [`status ${call.status} is not documented`] : []
  const response = nodeOf(responses[status])
  // A referenced answer is shared by many operations; the documents at hand use it for errors only.
  if ('$ref' in response) return []
  const base = `${place}/responses/${status}`
  const answer = { text: call.replyBody, whose: 'answer' }
  if ('schema' in response) return bodyProblems(ajv, `${base}/schema`, answer)
  const isJson = 'schema' in nodeOf(nodeOf(response.content)['application/json'])
  return isJson ? bodyProblems(ajv, `${base}/content/application~1json/schema`, answer) : []
}

interface Body {
  readonly text: string
  readonly whose: string
}

function bodyProblems(ajv: Ajv2020, place: string | undefined, { text, whose }: Body): readonly string[] {
  if (place === undefined || text === '') return []
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return [`${whose} is no JSON`]
    throw error
  }
  const validate = validatorOf(ajv, place)
  if (validate(body)) return []
  // Where and what, never the value.
  return (validate.errors ?? []).map(
    ({ instancePath, keyword }) => `${whose} ${instancePath.replaceAll(/\d+/g, 'n')} ${keyword}`,
  )
}

function validatorOf(ajv: Ajv2020, place: string): ValidateFunction {
  return ajv.getSchema(place) ?? ajv.compile({ $ref: place })
}

function operationsOf(document: Node, id: string): readonly Operation[] {
  const prefix = prefixOf(document)
  return Object.entries(nodeOf(document.paths)).flatMap(([path, value]) => {
    const shared = listOf(nodeOf(value).parameters)
    return Object.entries(nodeOf(value)).flatMap(([method, node]) =>
      ['get', 'post', 'put', 'patch', 'delete'].includes(method)
        ? [
            {
              method: method.toUpperCase(),
              template: prefix + path,
              pattern: new RegExp(`^${escaped(prefix + path).replaceAll(/\\\{[^}]+\\\}/g, '[^/]+')}$`),
              weight: path.replaceAll(/\{[^}]+\}/g, '').length,
              place: `${id}#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`,
              node: nodeOf(node),
              parameters: [...listOf(nodeOf(node).parameters), ...shared].map((one) => resolved(document, nodeOf(one))),
            },
          ]
        : [],
    )
  })
}

function prefixOf(document: Node): string {
  if (typeof document.basePath === 'string') return document.basePath.replace(/\/$/, '')
  const url = nodeOf(listOf(document.servers)[0]).url
  if (typeof url !== 'string' || !URL.canParse(url)) return ''
  return new URL(url).pathname.replace(/\/$/, '')
}

function resolved(document: Node, node: Node): Node {
  const ref = node.$ref
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return node
  return ref
    .slice(2)
    .split('/')
    .reduce<Node>((at, name) => nodeOf(at[name.replaceAll('~1', '/').replaceAll('~0', '~')]), document)
}

function escaped(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
}

function nodeOf(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
