import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import reactHooks from 'eslint-plugin-react-hooks'
import globals from 'globals'
import tseslint from 'typescript-eslint'

/** Imports only run downwards: app → features → components → hooks → lib → config. */
const forbid = (files, above) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: above.map((room) => ({ group: [`@/${room}/*`], message: 'Imports only run downwards.' })) },
    ],
  },
})

export default defineConfig(
  globalIgnores(['dist', 'node_modules', 'src/lib/api/schema.gen.d.ts']),
  {
    files: ['**/*.{ts,tsx}'],
    extends: [
      js.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    plugins: { 'react-hooks': reactHooks },
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "JSXAttribute[name.name='style']",
          message: 'No inline styles: the content security policy forbids them. Use a class.',
        },
      ],
    },
  },
  forbid(['src/features/**'], ['app']),
  forbid(['src/components/**'], ['app', 'features']),
  forbid(['src/hooks/**'], ['app', 'features', 'components']),
  forbid(['src/lib/**'], ['app', 'features', 'components', 'hooks']),
  forbid(['src/config/**'], ['app', 'features', 'components', 'hooks', 'lib']),
  {
    files: ['*.js', 'public/*.js'],
    extends: [js.configs.recommended],
    languageOptions: { globals: globals.browser },
  },
)
