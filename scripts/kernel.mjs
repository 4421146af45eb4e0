/**
 * Compiles kernel/: WebAssembly that golden models run batches with. Each is written as text into a TypeScript file, so
 * that it needs no file when it runs. `npm run kernel`
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Where each source goes. */
export const KERNELS = {
  'kernel/convert.ts': 'generators/macro/kernel/kernel-module.ts',
  'kernel/die.ts': 'generators/macro/die-batch/kernel-module.ts',
  'kernel/layer.ts': 'generators/network/engine/kernel-module.ts',
};

/** The text of the file that a source goes into. */
export async function kernelModule(source = 'kernel/convert.ts') {
  const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-kernel-'));
  try {
    const binary = path.join(folder, 'kernel.wasm');
    const { error, stderr } = await asc.main([
      ...[source, '--baseDir', ROOT, '--outFile', path.relative(ROOT, binary)],
      ...['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert'],
    ]);
    if (error) throw new Error(`${source} does not compile: ${error.message}\n${stderr}`);
    const lines = readFileSync(binary)
      .toString('base64')
      .replace(/=+$/, '')
      .match(/.{1,100}/g);
    return [
      `// Compiled from ${source} by \`npm run kernel\`. Do not edit.`,
      '/** The WebAssembly module in base64, without padding. */',
      'export const KERNEL_MODULE = [',
      ...lines.map((line) => `  '${line}',`),
      "].join('');",
      '',
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [source, module] of Object.entries(KERNELS)) {
    writeFileSync(path.join(ROOT, module), await kernelModule(source));
  }
}
