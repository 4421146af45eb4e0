import type { MacroPlan } from '../../macro/plan/plan.js';
import { offsetsUnmeasurable } from '../../macro/trim/known.js';
import type { Contribution, PackageFile } from '../text/contribution.js';
import { headerLines } from '../text/header.js';
import { render } from '../text/render.js';

/** Whether a chip has something to calibrate, and something to calibrate it with. */
function isCalibrated({ config, shape }: MacroPlan): boolean {
  return config.die !== undefined && shape.trimRows > 0;
}

function softwareFile(plan: MacroPlan, extension: 'h' | 'c'): PackageFile {
  const file = `${plan.name}_trim.${extension}`;
  const unmeasurable = offsetsUnmeasurable(plan.shape);
  const text = render(`sw/trim.${extension}`, {
    header: headerLines(plan, file, 'calibration of the trim rows over the bus', ' * '),
    name: plan.name,
    prefix: plan.name.toUpperCase(),
    offsets: unmeasurable === undefined,
    unmeasurable: unmeasurable?.message ?? '',
  });
  return { path: `sw/${file}`, text };
}

/** Software that calibrates the trim rows of a chip; `generators/macro/trim/` does the same, access by access. */
export const TRIM_SOFTWARE: Contribution = {
  readme: (plan) =>
    isCalibrated(plan)
      ? [
          {
            file: `\`sw/${plan.name}_trim.c\`, \`sw/${plan.name}_trim.h\``,
            meaning: 'calibration of the trim rows in C99, over the registers',
          },
        ]
      : [],
  files: (plan) => (isCalibrated(plan) ? [softwareFile(plan, 'h'), softwareFile(plan, 'c')] : []),
};
