import path from 'node:path';
import { orThrow } from '../../../../generators/common/problems.js';
import { packageFiles } from '../../../../generators/package/package.js';
import { writePackage } from '../../../../generators/package/write.js';
import { CONFIGURATIONS, planOf } from '../../../fixtures/configurations.js';
import type { Check } from '../check.js';
import { pythonTool, run } from '../python.js';

/** A prototype that is slower than this is of little use, and no path of a small macro is so long. */
const LEAST_MHZ = 25;

/** The figure that a pattern finds in a report. */
function figure(report: string, pattern: RegExp): number {
  const found = [...report.matchAll(pattern)].at(-1);
  if (found === undefined) throw new Error(`no ${pattern} in\n${report}`);
  return Number(found[1]);
}

/** Yosys and nextpnr place and route the digital equivalent of a small macro in an iCE40 HX8K. */
export function fpgaChecks(root: string): Check[] {
  const plan = planOf(CONFIGURATIONS.find(({ config }) => config.name === 'odd')!);
  const { name } = plan;
  return [
    {
      name: `nextpnr, digital equivalent, ${name}`,
      run: async (tell) => {
        const files = packageFiles(plan);
        const folder = orThrow(await writePackage(path.join(root, name), files));
        const list = files
          .find((file) => file.path === `${name}_digital.f`)!
          .text.trim()
          .split('\n');
        const script = `read_verilog ${list.join(' ')}; synth_ice40 -top ${name} -json ${name}.json`;
        const mapped = await run(pythonTool('yowasp-yosys'), ['-q', '-p', script], folder);
        if (mapped.exitCode !== 0) return mapped.text;
        const device = ['--hx8k', '--package', 'ct256', '--seed', '1', '--freq', `${LEAST_MHZ}`];
        const routed = await run(
          pythonTool('yowasp-nextpnr-ice40'),
          [...device, '--json', `${name}.json`],
          folder,
        );
        if (routed.exitCode !== 0) return routed.text;
        const cells = (what: string) => figure(routed.text, new RegExp(`(\\d+) LCs used as ${what}`, 'g'));
        const both = cells('LUT4 and DFF');
        const [luts, flipFlops] = [cells('LUT4 only') + both, cells('DFF only') + both];
        const megahertz = figure(routed.text, /Max frequency for clock .*: ([\d.]+) MHz/g);
        const { rows, columns } = plan.shape;
        tell(
          `${rows} x ${columns} cells: ${luts} LUTs, ${flipFlops} flip-flops, ${megahertz.toFixed(1)} MHz in an iCE40 HX8K`,
        );
        return megahertz >= LEAST_MHZ ? undefined : `slower than ${LEAST_MHZ} MHz`;
      },
    },
  ];
}
