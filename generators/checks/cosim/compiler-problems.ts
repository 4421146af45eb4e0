import type { Problem } from '../../common/problems.js';

/** `rtl/demo.v:12: syntax error` of Icarus; `%Error-WIDTH: rtl/demo.v:12:5: ..` of Verilator. */
const DIAGNOSTIC = /^(?:%(?:Error|Warning)[\w-]*: )?(.+?\.v):(\d+)(?::\d+)?: (?:(?:error|warning): )?(\S.*)$/;

/** One slip makes a compiler complain many times; the first complaints lead to it. */
const MOST_SHOWN = 5;

/** What a compiler said about the Verilog of a package, file by file; all it said where no line names a file. */
export function compilerProblems(tool: string, output: string, folder: string): Problem[] {
  const found = output.split('\n').flatMap((line): Problem[] => {
    const [, file, number, message] = DIAGNOSTIC.exec(line) ?? [];
    return file === undefined ? [] : [{ file, path: `line ${number}`, message: `${message} (${tool})` }];
  });
  if (found.length === 0) {
    return [{ file: folder, path: '', message: `${tool} does not compile it:\n${output.trim()}` }];
  }
  const more = found.length - MOST_SHOWN;
  const rest = { file: folder, path: '', message: `${more} more such lines of ${tool}` };
  return more > 0 ? [...found.slice(0, MOST_SHOWN), rest] : found;
}
