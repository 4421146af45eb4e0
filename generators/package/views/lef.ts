import {
  floorplanOf,
  obstructions,
  type PlacedPin,
  placePins,
  powerStraps,
  type Rectangle,
} from '../../macro/plan/floorplan.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { type ArrayPin, arrayPins, powerPins } from '../rtl/ports.js';
import type { PackageFile } from '../text/contribution.js';
import { headerLines } from '../text/header.js';
import { render } from '../text/render.js';

/** Micrometres as LEF writes them. */
export function micrometres(nm: number): string {
  return String(nm / 1000);
}

function rectangle({ left, bottom, right, top }: Rectangle): string {
  return [left, bottom, right, top].map(micrometres).join(' ');
}

function signalPin({ name, port, layer, metal }: ArrayPin & PlacedPin) {
  return {
    name,
    direction: port.direction.toUpperCase(),
    use: port.name === 'clk_i' ? 'CLOCK' : 'SIGNAL',
    layer,
    metal: [rectangle(metal)],
  };
}

/** `views/<name>_array.lef`: the abstract that place and route reads. */
export function lefFile(plan: MacroPlan): PackageFile {
  const { shape, name } = plan;
  const { physical } = plan.config;
  const wires = arrayPins(shape);
  const floorplan = floorplanOf(shape, physical, wires);
  const straps = powerStraps(physical, floorplan);
  const file = `${name}_array.lef`;
  const pins = [
    ...placePins(shape, physical, floorplan, wires).map(signalPin),
    ...powerPins(plan.config).map(({ name: supply, use }) => ({
      name: supply,
      direction: 'INOUT',
      use: use.toUpperCase(),
      layer: physical.lef.power.layer,
      metal: straps[use].map(rectangle),
    })),
  ];
  const text = render('views/array.lef', {
    header: headerLines(plan, file, 'outline and pins of the analog macro', '# '),
    name,
    cellWidth: String(physical.cell.widthUm),
    cellHeight: String(physical.cell.heightUm),
    cellShare: (100 * floorplan.cellShare).toFixed(1),
    width: micrometres(floorplan.widthNm),
    height: micrometres(floorplan.heightNm),
    pins,
    obstructions: obstructions(physical, floorplan).map((blocked) => ({
      layer: blocked.layer,
      metal: rectangle(blocked),
    })),
  });
  return { path: `views/${file}`, text };
}
