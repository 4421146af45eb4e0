import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  imcgen map network.json
  imcgen map network.json --weights                        error and cells of every weight method
  imcgen map network.json --json | jq '.layers[].macros'

Reads the ONNX model that the config names, shares its layers out to macros and prints the plan; writes nothing.
Needs neither images nor onnxruntime. Layers of the model that have no place are named, with what would help.
Exit code 0: the network can be mapped; 1: it cannot.`;

interface MapFlags {
  readonly weights: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen map`. The implementation loads when the command runs. */
export function registerMap(program: Command): void {
  program
    .command('map')
    .description('plan the macros of a trained network and print the plan')
    .argument('<network>', 'config of the network (network.json), - for standard input')
    .option('--weights', 'compare methods and granularities of weights', false)
    .option('--json', 'print the plan, or the problems, as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, { weights, json, quiet }: MapFlags) => {
      const { orThrow } = await import('../../common/problems.js');
      const { loadNetwork } = await import('../../network/load.js');
      const { compareWeights } = await import('../../network/plan/compare-weights.js');
      const { networkPlanJson, networkPlanText } = await import('../report/network.js');
      const { plan } = orThrow(await loadNetwork(file));
      const compared = weights ? compareWeights(plan) : undefined;
      if (json) process.stdout.write(networkPlanJson(plan, compared));
      else if (!quiet) process.stdout.write(networkPlanText(plan, compared));
    });
}
