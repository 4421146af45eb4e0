/**
 * A netlist as Icarus simulates it fast: where cells drive single bits of a vector output, it resolves the whole
 * vector for every bit that changes. Each such bit becomes a wire of its own, and the output joins them.
 */
export function scalarOutputs(verilog: string): string {
  return verilog.replace(/^module [\s\S]*?^endmodule/gm, (module) =>
    [...module.matchAll(/^ *output (?:wire )?\[(\d+):0\] (\w+) *;/gm)].reduce(
      (text, [, last, name]) => scalar(text, name!, Number(last)),
      module,
    ),
  );
}

function scalar(module: string, name: string, last: number): string {
  const bit = new RegExp(`(?<![\\w$\\\\.])${name}\\[(\\d+)\\]`, 'g');
  const drivenByCells = new RegExp(`\\.\\w+\\(${name}\\[\\d+\\]\\)`).test(module);
  const sliced = new RegExp(`(?<![\\w$\\\\.])${name}\\[\\d+:\\d+\\](?! *;)|assign ${name}\\b`).test(
    module.replace(/^ *(?:output|wire)\b.*;$/gm, ''),
  );
  if (!drivenByCells || sliced) return module;
  const wires = Array.from({ length: last + 1 }, (_, index) => `${name}__${last - index}`);
  return module
    .replace(bit, (_, index: string) => `${name}__${index}`)
    .replace(
      /endmodule$/,
      `  wire ${wires.join(', ')};\n  assign ${name} = {${wires.join(', ')}};\nendmodule`,
    );
}
