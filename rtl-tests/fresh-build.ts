import { execa } from 'execa';

/** Before any test: packages, `dist/` and Icarus Verilog as `npm run setup` has them. */
export default async function freshBuild(): Promise<void> {
  await execa(process.execPath, ['scripts/setup.mjs'], { stdio: 'inherit' });
}
