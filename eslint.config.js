import tseslint from 'typescript-eslint'

/** Every TypeScript project of the repository; a file that is in none of them fails to lint. */
const PROJECTS = [
  'src/domain/tsconfig.json',
  'src/contract/tsconfig.json',
  'connectors/tsconfig.json',
  'src/tsconfig.json',
  'test/tsconfig.json',
  'web/inbox/tsconfig.json',
  'web/widget/tsconfig.json',
]

const forbidEnum = { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' }
const forbidDefaultExport = {
  selector: ':matches(ExportDefaultDeclaration, ExportSpecifier[exported.name="default"])',
  message: 'Use a named export.',
}
const forbidInheritance = {
  selector:
    ':matches(ClassDeclaration, ClassExpression)[superClass]:not([superClass.name=/^(Error|HTMLElement)$/])',
  message: 'Compose functions; only Error and HTMLElement may be extended.',
}
const forbidSkipped = {
  selector:
    'MemberExpression[object.name=/^(it|test|describe|suite)$/][property.name=/^(skip|only|todo|skipIf|runIf|fails)$/]',
  message: 'Every test runs; the test runner decides about missing prerequisites.',
}

/** src/domain is given the time and chance that it needs; it never takes them. */
const forbidClock = {
  selector:
    ':matches(NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"], ' +
    'MemberExpression[object.name="Date"][property.name="now"], ' +
    'MemberExpression[object.name="Math"][property.name="random"], ' +
    'MemberExpression[object.name="performance"])',
  message: 'The domain is pure: take the instant or the random value as an argument.',
}

/** Files that a tool insists on reading as a default export. */
const TOOL_SETTINGS = ['*.{js,ts,cjs,mjs}', 'web/*/vite.config.ts', 'web/*/postcss.config.{js,cjs,mjs}']

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'coverage/', 'node_modules/', '**/*.d.ts'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx,js,mjs,cjs}'],
    languageOptions: { parser: tseslint.parser, sourceType: 'module' },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-debugger': 'error',
      'no-empty': 'error',
      'no-fallthrough': 'error',
      'no-self-compare': 'error',
      'no-unsafe-finally': 'error',
      'no-unreachable': 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-control-regex': 'off',
      'no-restricted-syntax': ['error', forbidEnum, forbidDefaultExport, forbidInheritance, forbidSkipped],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
    },
  },
  {
    files: ['**/*.{ts,tsx}', 'test/**/*.mjs'],
    ignores: TOOL_SETTINGS,
    languageOptions: { parserOptions: { project: PROJECTS, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    files: TOOL_SETTINGS,
    rules: { 'no-restricted-syntax': ['error', forbidEnum, forbidInheritance] },
  },
  {
    files: ['src/domain/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': ['error', forbidEnum, forbidDefaultExport, forbidInheritance, forbidClock],
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs' },
  },
  {
    files: ['src/**/*.ts', 'connectors/**/*.ts', 'web/**/*.{ts,tsx}'],
    ignores: ['src/launch/**', '**/*.test.{ts,tsx}'],
    rules: { 'no-console': 'error' },
  },
  {
    // It runs in somebody else's page, whose builder looks at the console for what is wrong.
    files: ['web/widget/loader/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-console': ['error', { allow: ['error'] }] },
  },
)
