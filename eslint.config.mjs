// Chosen one by one; a rule whose point is not plain has it beside it. Formatting is Prettier's.
import { defineConfig, globalIgnores } from 'eslint/config';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';
import { explainedAssertions } from './lint/explained-assertions.mjs';
import { fence, sandboxFiles } from './lint/fence.mjs';

/** The field has words for these. (`args` and `deps` are words of the field.) */
const ABBREVIATIONS = [
  'arr', 'btn', 'cb', 'cfg', 'cnt', 'conf', 'conn', 'ctx', 'curr', 'desc', 'dir', 'e', 'el', 'elem', 'err', 'ev', 'evt',
  'ex', 'exc', 'fn', 'func', 'idx', 'impl', 'init', 'len', 'lim', 'msg', 'num', 'obj', 'opts', 'params', 'pkg',
  'prev', 'prop', 'props', 'repo', 'req', 'res', 'resp', 'ret', 'src', 'str', 'temp', 'tmp', 'util', 'utils', 'val',
  'var', 'vars',
]; // prettier-ignore

const everywhere = {
  plugins: { 'import-x': importX },
  settings: {
    'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.mjs', '.cjs'] })],
  },
  rules: {
    // What is most likely a mistake.
    eqeqeq: 'error',
    'array-callback-return': 'error',
    'no-async-promise-executor': 'error',
    'no-constructor-return': 'error',
    'no-control-regex': 'error',
    'no-debugger': 'error',
    'no-empty': 'error', // a swallowed error needs at least a comment
    'no-fallthrough': 'error',
    'no-irregular-whitespace': 'error',
    'no-loss-of-precision': 'error',
    'no-misleading-character-class': 'error',
    'no-self-compare': 'error',
    'no-sparse-arrays': 'error',
    'no-template-curly-in-string': 'error',
    'no-unreachable-loop': 'error',
    'no-unsafe-finally': 'error',
    'no-unsafe-optional-chaining': 'error',
    'no-useless-assignment': 'error',
    'no-useless-catch': 'error',
    'preserve-caught-error': 'error', // an error that replaces another keeps it as its cause

    // How it reads.
    curly: ['error', 'multi-line'],
    'id-denylist': ['error', ...ABBREVIATIONS],
    'no-else-return': 'error',
    'no-lonely-if': 'error',
    'no-param-reassign': 'error',
    'no-unneeded-ternary': 'error',
    'no-useless-computed-key': 'error',
    'no-useless-rename': 'error',
    'no-useless-return': 'error',
    'no-var': 'error',
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }], // an issue, or nothing
    'object-shorthand': 'error',
    'prefer-const': 'error',
    'prefer-object-has-own': 'error',
    'prefer-object-spread': 'error',
    'prefer-template': 'error',

    // Imports.
    'import-x/first': 'error',
    'import-x/newline-after-import': 'error',
    'import-x/no-cycle': ['error', { ignoreExternal: true }],
    'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
    'import-x/no-extraneous-dependencies': 'error', // a package that merely happens to be installed
    'import-x/no-mutable-exports': 'error',
    'import-x/no-self-import': 'error',
    'import-x/no-unresolved': ['error', { ignore: ['^eslint/config$'] }],
    'import-x/no-useless-path-segments': 'error',
    'import-x/order': [
      'error',
      { groups: ['builtin', ['external', 'internal'], 'parent', ['sibling', 'index']] },
    ],
  },
};

const typed = {
  files: ['**/*.ts'],
  plugins: {
    '@typescript-eslint': tseslint.plugin,
    house: { rules: { 'explained-assertions': explainedAssertions } },
  },
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    // No hole in the types.
    '@typescript-eslint/ban-ts-comment': 'error',
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/no-non-null-assertion': 'error',
    '@typescript-eslint/no-unsafe-argument': 'error',
    '@typescript-eslint/no-unsafe-assignment': 'error',
    '@typescript-eslint/no-unsafe-call': 'error',
    '@typescript-eslint/no-unsafe-function-type': 'error',
    '@typescript-eslint/no-unsafe-member-access': 'error',
    '@typescript-eslint/no-unsafe-return': 'error',
    '@typescript-eslint/no-wrapper-object-types': 'error',
    '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
    'house/explained-assertions': 'error',

    // Promises: one that nobody waits for is an error that nobody sees.
    '@typescript-eslint/await-thenable': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/only-throw-error': 'error',
    '@typescript-eslint/prefer-promise-reject-errors': 'error',
    '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],

    // What is most likely a mistake.
    '@typescript-eslint/no-array-delete': 'error',
    '@typescript-eslint/no-base-to-string': 'error', // '[object Object]' in a message
    '@typescript-eslint/no-deprecated': 'error',
    '@typescript-eslint/no-for-in-array': 'error',
    '@typescript-eslint/no-implied-eval': 'error',
    '@typescript-eslint/no-shadow': 'error',
    '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    '@typescript-eslint/no-unused-expressions': 'error',
    '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', ignoreRestSiblings: true }],
    '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
    '@typescript-eslint/restrict-plus-operands': 'error',
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { requireDefaultForNonUnion: true }],
    '@typescript-eslint/unbound-method': 'error',

    // How it reads.
    '@typescript-eslint/array-type': 'error',
    '@typescript-eslint/consistent-generic-constructors': 'error',
    '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
    '@typescript-eslint/consistent-type-exports': ['error', { fixMixedExportsWithInlineTypeSpecifier: true }],
    '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    '@typescript-eslint/no-import-type-side-effects': 'error',
    '@typescript-eslint/no-inferrable-types': 'error',
    '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'error',
    '@typescript-eslint/no-unnecessary-template-expression': 'error',
    '@typescript-eslint/no-unnecessary-type-arguments': 'error',
    '@typescript-eslint/no-unnecessary-type-assertion': 'error',
    '@typescript-eslint/no-unnecessary-type-constraint': 'error',
    '@typescript-eslint/prefer-for-of': 'error',
    '@typescript-eslint/prefer-function-type': 'error',
    '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }], // `''` is often none
    '@typescript-eslint/prefer-optional-chain': 'error',
    '@typescript-eslint/prefer-readonly': 'error',
    '@typescript-eslint/unified-signatures': 'error',
    'no-restricted-syntax': [
      'error',
      { selector: 'TSEnumDeclaration', message: 'An `as const` object and a union instead of an enum.' },
      { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'A module instead of a namespace.' },
    ],
  },
};

const sources = {
  files: ['src/**/*.ts'],
  rules: {
    '@typescript-eslint/explicit-module-boundary-types': 'error', // what is exported is read without the compiler
    '@typescript-eslint/max-params': ['error', { max: 3 }],
    'id-length': ['error', { min: 2, properties: 'never', exceptions: ['_', 'z', 'A', 'T'] }],
    'import-x/no-default-export': 'error', // one name everywhere
    'max-lines': ['error', 300],
    'max-lines-per-function': ['error', 50],
    'no-console': 'error', // a library is silent; warnings go through process.emitWarning
  },
};

/** The workflows of a worker share the modules that are preloaded: what one would write there, all would read. */
const STATE_OF_A_MODULE = ['Program', 'Program > ExportNamedDeclaration'].flatMap((top) =>
  [
    '[kind="let"]',
    ' > VariableDeclarator > NewExpression.init[callee.name=/^(Weak)?(Map|Set)$/]',
    ' > VariableDeclarator > ArrayExpression.init[elements.length=0]',
  ].map((kind) => ({
    selector: `${top} > VariableDeclaration${kind}`,
    message: 'All workflows of a worker share this module: state belongs to a run.',
  })),
);

const sandbox = {
  files: sandboxFiles,
  rules: {
    'no-restricted-syntax': ['error', ...typed.rules['no-restricted-syntax'].slice(1), ...STATE_OF_A_MODULE],
  },
};

const workflows = {
  files: ['src/workflows/**/*.ts'],
  rules: {
    'no-restricted-syntax': [
      'error',
      ...sandbox.rules['no-restricted-syntax'].slice(1),
      {
        selector:
          'CatchClause[param] > BlockStatement > :first-child:not(IfStatement[test.callee.name="isCancellation"])',
        message:
          'The first line of a catch in workflows/ lets cancellation through: `if (isCancellation(error)) …`.',
      },
    ],
  },
};

/** Jest's matchers are typed `any`, and a wrong assertion in a test fails it: there these rules only cost words. */
const testCode = {
  files: ['test/**/*.ts'],
  rules: {
    '@typescript-eslint/no-base-to-string': 'off',
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/unbound-method': 'off', // `const { client, stop } = await serve(…)`
    'house/explained-assertions': 'off',
  },
};

const tests = {
  files: ['test/**/*.test.ts'],
  plugins: { jest },
  rules: {
    'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', 'fc.assert'] }],
    'jest/no-alias-methods': 'error',
    'jest/no-commented-out-tests': 'error',
    'jest/no-conditional-expect': 'error', // one that never runs never fails
    'jest/no-disabled-tests': 'error',
    'jest/no-duplicate-hooks': 'error',
    'jest/no-export': 'error',
    'jest/no-focused-tests': 'error',
    'jest/no-identical-title': 'error',
    'jest/no-standalone-expect': 'error',
    'jest/no-restricted-jest-methods': [
      'error',
      {
        mock: 'Nothing of our own is mocked.',
        doMock: 'Nothing of our own is mocked.',
        setTimeout: 'See jest.config.js.',
      },
    ],
    'jest/prefer-to-be': 'error',
    'jest/prefer-to-contain': 'error',
    'jest/prefer-to-have-length': 'error',
    'jest/valid-describe-callback': 'error',
    'jest/valid-expect': 'error',
    'jest/valid-expect-in-promise': 'error',
    'jest/valid-title': 'error',
  },
};

export default defineConfig(
  globalIgnores(['lib/', 'coverage/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  everywhere,
  typed,
  sources,
  sandbox,
  workflows,
  ...fence,
  // The sandbox serves a workflow type that it does not find among the exports by the default one.
  { files: ['src/workflows/bundle.ts'], rules: { 'import-x/no-default-export': 'off' } },
  testCode,
  tests,
);
