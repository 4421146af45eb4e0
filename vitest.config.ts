import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['rtl-tests/fixtures/fresh-build.ts'],
    setupFiles: ['rtl-tests/fixtures/exit-code.ts'],
    include: ['rtl-tests/**/*.test.ts'],
    // Simulations compile Verilog first, on machines that do other work besides.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // What an earlier run calibrated may come from other sources.
    env: { IMCGEN_CACHE: '' },
    // Files share modules, which takes a third less time: what a test sets, spies on or makes, it puts back.
    isolate: false,
    fileParallelism: true,
    maxWorkers: 2,
  },
});
