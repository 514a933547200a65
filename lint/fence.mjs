/*
 * Who may import what. A folder of src/ is an execution context; what it may import says what its code can do. The list
 * of each folder is complete: a new dependency is a new entry here, and a decision. What holds over several steps (nothing
 * that the sandbox reaches imports zod) is proven by test/unit/structure/fence.test.ts.
 */

/** The files of common/ that import no package, so that they may run in the workflow sandbox. */
const SANDBOX_SAFE = [
  'carried-run',
  'conversation-wire',
  'errors',
  'first-request',
  'json',
  'limit-checks',
  'manifest',
  'messages',
  'model',
  'model-settings',
  'remembered-turns',
  'search-attributes',
  'size-limits',
  'to-json-value',
  'token-estimate',
  'transcript',
  'transcript-wire',
  'usage',
  'wire',
].map((name) => `common/${name}.ts`);

/** What the sandbox runs. */
export const sandboxFiles = ['src/workflows/**/*.ts', ...SANDBOX_SAFE.map((path) => `src/${path}`)];

/** Later entries stand for a part of an earlier one. `own`: what may be imported of src/ beside the folder itself. */
const FENCE = [
  { folder: 'common', own: [], packages: ['node:', 'zod', 'ms'] },
  // Types of the worker's package only: its code loads the native core, which a client must not need.
  {
    folder: 'connection',
    own: ['common'],
    packages: ['zod', '@temporalio/client', '@temporalio/envconfig'],
    types: ['@temporalio/worker'],
  },
  // A sandbox without zod is 40 KB for each cached run, with it 600 KB.
  { folder: 'workflows', own: SANDBOX_SAFE, packages: ['@temporalio/workflow', '@temporalio/common'] },
  // Pure: tested in milliseconds, without a server.
  { folder: 'workflows/loop', own: SANDBOX_SAFE, packages: [] },
  // Reading what a run recorded, with a client that is given.
  {
    folder: 'history',
    own: ['common'],
    packages: ['@temporalio/common'],
    types: ['@temporalio/client'],
  },
  // Where large values go. What speaks S3 is loaded when it is needed: it is an optional peer of this package.
  {
    folder: 'storage',
    own: ['common'],
    packages: ['node:', 'zod', '@temporalio/common', '@temporalio/proto'],
  },
  {
    folder: 'activities',
    own: ['common', 'connection', 'history', 'storage'],
    packages: [
      'node:',
      'zod',
      'lru-cache',
      '@pydantic/genai-prices',
      '@temporalio/activity',
      '@temporalio/client',
      '@temporalio/common',
    ],
  },
  { folder: 'activities/models/openai', own: ['common'], packages: ['node:', 'zod', 'openai'] },
  // Backends import it: no model SDK, no code of a tool. `synckit` is the blocking bridge.
  {
    folder: 'client',
    own: ['common', 'connection', 'history', 'package-file.ts', 'storage'],
    packages: ['node:', 'zod', 'synckit', '@temporalio/client', '@temporalio/common'],
  },
  // Assembly. It knows the workflows by the path of their bundle.
  {
    folder: 'worker',
    own: ['activities', 'common', 'connection', 'package-file.ts', 'storage'],
    packages: ['node:', 'zod', '@temporalio/worker', '@temporalio/plugin'],
  },
  { folder: 'testing', own: ['common'], packages: ['node:'] },
  { folder: 'dev-server', own: ['common'], packages: ['node:', '@temporalio/client'] },
];

const WHERE = 'See lint/fence.mjs.';

function zoneOf({ folder, own }) {
  return {
    target: `./src/${folder}`,
    from: './src',
    except: [folder, ...own].map((path) => `./${path}`),
    message: `${folder}/ may import of src/ only ${['itself', ...own].join(', ')}. ${WHERE}`,
  };
}

/** Everything that is neither a path nor one of the packages. */
function othersThan(packages) {
  const allowed = packages.map((name) => (name.endsWith(':') ? name : `${name}(?:/|$)`));
  return ['^(?!\\.', ...allowed.map((name) => `|${name}`), ')'].join('');
}

function packageRuleOf({ folder, packages, types = [] }) {
  const message = `${folder}/ may import only the packages ${packages.join(', ') || '(none)'}. ${WHERE}`;
  const typesOnly = types.map((name) => ({ regex: `^${name}$`, allowTypeImports: true, message }));
  const patterns = [{ regex: othersThan([...packages, ...types]), message }, ...typesOnly];
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

/** What the sandbox runs may not lean on a file that it may not. */
const sandboxZone = {
  target: SANDBOX_SAFE.map((path) => `./src/${path}`),
  from: './src',
  except: SANDBOX_SAFE.map((path) => `./${path}`),
  message: `Files of common/ that workflows import may import only each other. ${WHERE}`,
};

/** The index declares; whoever imports it pays for the contract alone. */
const indexZone = zoneOf({ folder: 'index.ts', own: ['common'] });

export const fence = [
  {
    files: ['src/**/*.ts'],
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        { basePath: `${import.meta.dirname}/..`, zones: [...FENCE.map(zoneOf), sandboxZone, indexZone] },
      ],
    },
  },
  ...FENCE.map(packageRuleOf),
];
