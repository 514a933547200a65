const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
  ],
};

/** One project per kind of ground a test stands on. */
const project = (displayName, more = {}) => ({
  displayName,
  testEnvironment: 'node',
  transform,
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  ...more,
});

module.exports = {
  testTimeout: 120_000,
  projects: [
    project('unit'),
    project('deploy'),
    project('package'),
    project('replay'),
    project('server', {
      globalSetup: '<rootDir>/test/support/start-server.ts',
      globalTeardown: '<rootDir>/test/support/stop-server.ts',
    }),
    project('recordings'),
    project('long'),
  ],
};
