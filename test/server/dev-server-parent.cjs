// A program that starts a dev server and never stops it. With the argument "exit" it ends by itself.
const { transformFileSync } = require('@swc/core');

require.extensions['.ts'] = (module, file) => {
  const jsc = { parser: { syntax: 'typescript' }, target: 'es2022' };
  module._compile(transformFileSync(file, { jsc, module: { type: 'commonjs' } }).code, file);
};

const { startDevServer } = require('../../src/dev-server');

startDevServer({ ui: false }).then((server) => {
  process.stdout.write(`${server.address}\n`, () => process.argv[2] === 'exit' && process.exit());
});
