import js from '@eslint/js'
import tseslint from 'typescript-eslint'

const forbidEnv = { object: 'process', property: 'env', message: 'Read settings through src/config.ts.' }
const forbidClock = [
  { object: 'Date', property: 'now', message: 'Use the Clock port.' },
  { object: 'Math', property: 'random', message: 'Randomness is passed in; see src/ports.ts.' },
]
const forbidNewDate = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Use the Clock port.',
}

export default tseslint.config(
  { ignores: ['node_modules', '.runtime', '.data', 'coverage'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-properties': ['error', forbidEnv, ...forbidClock],
      'no-restricted-syntax': ['error', forbidNewDate],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 3],
      'max-params': ['error', 3],
    },
  },
  { files: ['src/config.ts'], rules: { 'no-restricted-properties': ['error', ...forbidClock] } },
  {
    files: ['src/adapters/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', forbidEnv], 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-restricted-properties': 'off',
      'no-restricted-syntax': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', module: 'writable', require: 'readonly', console: 'readonly' } },
  },
  {
    files: ['src/bin/verify/browser/**/*.js'],
    languageOptions: {
      globals: { document: 'readonly', navigator: 'readonly', crypto: 'readonly', TextDecoder: 'readonly' },
    },
  },
)
