/**
 * Works on items side by side, each when a lane is free for it, in their order.
 *
 * @param lanes items that are under way at a time
 * @param work  is told the item, its place, and the number of its lane
 * @throws what the work on one of them throws, once every lane has ended
 */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item, at: number, lane: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const run = async (lane: number) => {
    for (const [at, item] of queue) await work(item, at, lane);
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, (_, lane) => run(lane)));
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
}
