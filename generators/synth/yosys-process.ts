/** The process of {@link runYosys}: scripts come in, what they wrote goes out. */
import type { YosysResult, YosysRun } from './yosys.js';

type Tree = { [name: string]: Tree | string | Uint8Array };

const LOG = 'yosys.log';

async function run({ files, script, outputs }: YosysRun): Promise<YosysResult> {
  const yosys = await import('@yowasp/yosys');
  const silent = { stdout: () => undefined, stderr: () => undefined };
  try {
    const args = ['-q', '-l', LOG, '-s', script];
    const tree = (await yosys.runYosys(args, treeOf(files), silent)) as Tree;
    return { log: fileIn(tree, LOG), outputs: new Map(outputs.map((file) => [file, fileIn(tree, file)])) };
  } catch (error) {
    if (!(error instanceof yosys.Exit)) throw error;
    return { log: fileIn(error.files, LOG), outputs: undefined };
  }
}

function treeOf(files: ReadonlyMap<string, string>): Tree {
  const root: Tree = {};
  for (const [file, text] of files) {
    const folders = file.split('/');
    const name = folders.pop()!;
    let at = root;
    for (const folder of folders) {
      at[folder] ??= {};
      at = at[folder] as Tree;
    }
    at[name] = text;
  }
  return root;
}

function fileIn(tree: Tree, file: string): string {
  let at: Tree | string | Uint8Array | undefined = tree;
  for (const part of file.split('/')) at = (at as Tree | undefined)?.[part];
  if (at instanceof Uint8Array) return new TextDecoder().decode(at);
  return typeof at === 'string' ? at : '';
}

process.on('message', async (message: YosysRun) => process.send?.(await run(message)));
process.on('disconnect', () => process.exit());
