/**
 * Compiles kernel/convert.ts, WebAssembly that the golden model runs batches with, and writes it as text into
 * generators/macro/golden/kernel-module.ts, so that it needs no file when it runs. `npm run kernel`
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const KERNEL_MODULE = path.join(ROOT, 'generators', 'macro', 'golden', 'kernel-module.ts');

/** The text of generators/macro/golden/kernel-module.ts. */
export async function kernelModule() {
  const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-kernel-'));
  try {
    const binary = path.join(folder, 'kernel.wasm');
    const { error, stderr } = await asc.main([
      ...[path.join('kernel', 'convert.ts'), '--baseDir', ROOT, '--outFile', path.relative(ROOT, binary)],
      ...['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert'],
    ]);
    if (error) throw new Error(`kernel/convert.ts does not compile: ${error.message}\n${stderr}`);
    const lines = readFileSync(binary)
      .toString('base64')
      .replace(/=+$/, '')
      .match(/.{1,100}/g);
    return [
      '// Compiled from kernel/convert.ts by `npm run kernel`. Do not edit.',
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

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(KERNEL_MODULE, await kernelModule());
