import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** A block of code in a comment, and where it begins. */
interface CommentExample {
  readonly file: string;
  readonly line: number;
  /** The line that opens the block: three backquotes and its language. */
  readonly fence: string;
  readonly code: string;
}

const sources = readdirSync('generators', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .map((file) => path.posix.join('generators', file));

/** The blocks below each `@example`, without the stars of their comment. */
function examplesIn(file: string): CommentExample[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const texts = lines.map((line) => line.replace(/^ *\* ?/, ''));
  return lines.flatMap((line, at) => {
    if (!/^ *\* @example$/.test(line)) return [];
    const end = texts.indexOf('```', at + 2);
    return [{ file, line: at + 3, fence: texts[at + 1] ?? '', code: texts.slice(at + 2, end).join('\n') }];
  });
}

/** What the compiler says of examples as users would have them: files of their own, which import the built package. */
function complaints(examples: readonly CommentExample[]): string[] {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, '.');
  const texts = new Map(examples.map(({ code }, at) => [path.resolve(`example-${at}.ts`), code]));
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false });
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = texts.get(file);
    if (text === undefined) return getSourceFile.call(host, file, version, ...rest);
    return ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([...texts.keys()], { ...options, noUnusedLocals: false }, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const example = examples[[...texts.keys()].indexOf(file?.fileName ?? '')];
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
    const where = example === undefined ? file?.fileName : `${example.file}:${example.line + line}`;
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

describe('examples in comments', () => {
  const examples = sources.flatMap(examplesIn);

  it('are blocks of TypeScript', () => {
    const others = examples.filter(({ fence }) => fence !== '```ts');
    expect(others.map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  });

  it('compile against the built package', () => {
    expect(complaints(examples)).toEqual([]);
  });

  it('are held to its types', () => {
    const wrong = "import { codeOf } from 'imcgen';\n\ncodeOf('1', [2]);\nexport { missing } from 'imcgen';";
    const [first, second, ...others] = complaints([{ file: 'a.ts', line: 10, fence: '```ts', code: wrong }]);
    expect(first).toMatch(/^a\.ts:12: Argument of type 'string' is not assignable/);
    expect(second).toMatch(/^a\.ts:13: .* has no exported member 'missing'/);
    expect(others).toEqual([]);
  });

  it.each(sources.filter((file) => file.startsWith('generators/library/')))('has some in %s', (file) => {
    expect(examples.some((example) => example.file === file)).toBe(true);
  });
});
