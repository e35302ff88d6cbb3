import { defineConfig } from 'vitest/config';

// Tests run on the packages' sources. No more than this one: vitest hands the list to Node, and with `import` in it
// every `require` of a dependency would get the ES module.
const conditions = ['@llama-messages/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'packages', include: ['packages/*/src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'example',
          include: ['apps/example/src/**/*.test.ts'],
          globalSetup: 'apps/example/src/testing/build.ts',
        },
      },
      { extends: true, test: { name: 'web', include: ['apps/example/web/src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['apps/example/e2e/**/*.test.ts'],
          globalSetup: ['apps/example/src/testing/build.ts', 'apps/example/e2e/warn-without-chromium.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'docs',
          include: ['docs/*.test.ts', 'docs/snippets/*.test.ts'],
          globalSetup: 'docs/snippets/build.ts',
        },
      },
    ],
  },
});
