/** One way to build a layer. */
export interface Choice {
  /** Of the ADCs. */
  readonly bits: number;
  /** What it spends: a whole number, or any that adds up. */
  readonly cost: number;
  readonly loss: number;
}

/** A choice for every layer that no other passes in both cost and loss. */
export interface FrontierPoint {
  readonly cost: number;
  readonly loss: number;
  /** One a layer. */
  readonly bits: readonly number[];
}

interface Node {
  readonly cost: number;
  readonly loss: number;
  readonly bits: number;
  readonly before: Node | undefined;
}

/**
 * All choices for the layers that are best for what they cost, in ascending cost and falling loss, where cost and loss of
 * layers add up. Exact, by dynamic programming: a prefix of layers that another passes in both is never part of one.
 *
 * @param layers the choices of each layer, at least one
 */
export function frontierOf(layers: readonly (readonly Choice[])[]): FrontierPoint[] {
  let nodes: (Node | undefined)[] = [undefined];
  for (const choices of layers) {
    const longer = nodes.flatMap((before) =>
      choices.map(({ bits, cost, loss }): Node => {
        const [spent, lost] = [before?.cost ?? 0, before?.loss ?? 0];
        return { cost: spent + cost, loss: lost + loss, bits, before };
      }),
    );
    longer.sort((one, other) => one.cost - other.cost || one.loss - other.loss);
    let least = Number.POSITIVE_INFINITY;
    nodes = longer.filter(({ loss }) => {
      if (!(loss < least)) return false;
      least = loss;
      return true;
    });
  }
  return nodes.filter((node) => node !== undefined).map(pointOf);
}

function pointOf(node: Node): FrontierPoint {
  const bits: number[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.before) bits.unshift(at.bits);
  return { cost: node.cost, loss: node.loss, bits };
}

/** The point of least loss that costs no more; undefined where all cost more. */
export function bestWithin(points: readonly FrontierPoint[], budget: number): FrontierPoint | undefined {
  return points.findLast(({ cost }) => cost <= budget);
}
