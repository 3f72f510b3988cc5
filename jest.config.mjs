/**
 * ES modules under jest on Node 20. Two traps are handled here:
 * jest on Node < 24.9 cannot require() an ES module, so the few ESM-only packages that CommonJS code requires are compiled;
 * decorators need legacy mode with metadata, or Nest's dependency injection loses its types.
 * @type {import('jest').Config}
 */
const esmOnly = '(content-disposition|cookie)';
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transformIgnorePatterns: [`/node_modules/(?!(.*/)?${esmOnly}/)`],
  transform: {
    [`node_modules/.*${esmOnly}/.*\\.js$`]: ['@swc/jest', { module: { type: 'commonjs' }, jsc: { target: 'es2022' } }],
    '^.+\\.ts$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
  moduleNameMapper: { '^@rollcall/(.*)$': '<rootDir>/libs/$1/src/index.ts', '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testTimeout: 60000,
  // ES modules of a spec that has ended are never given back: a worker that holds too many collects garbage more than it tests
  workerIdleMemoryLimit: '1200MB',
  // one PostgreSQL for the whole run, started when the first spec asks for a database
  globalSetup: '<rootDir>/libs/testing/src/database/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/src/database/jest-global-teardown.mjs',
};
