import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  imcgen report out/demo -o demo.pdf                       the datasheet, through an installed Chromium
  imcgen report out/demo --with synth.json --with dies.json -o demo.html
  imcgen report out/study -o study.html -o study.md        packages of a sweep beside each other
  imcgen report out/a out/b other/macro.json               Markdown on stdout
  imcgen report network.json --with evaluate.json -o network.html
  imcgen report out/study --json | jq '.sections[] | select(.id == "errors").tables[0].rows'

What is named: one package or config gives its datasheet; several, or a folder of packages, a comparison; the config
of a network its layers, tiles and cost. The end of the name after -o says the form: .html, .md, .json or .pdf.
--with puts in what imcgen synth, montecarlo, evaluate or compare printed with --json; a result of another config is
refused. No form holds a date or a name of this machine. A PDF is the same in each run of one Chromium and its fonts.
Exit code 0: written; 1: something cannot be read, planned or written; 3: no Chromium for a PDF.`;

interface ReportFlags {
  readonly output: readonly string[];
  readonly with: readonly string[];
  readonly json: boolean;
  readonly quiet: boolean;
}

const gathered = (value: string, before: readonly string[]) => [...before, value];

/** Adds `imcgen report`. The implementation loads when the command runs. */
export function registerReport(program: Command): void {
  program
    .command('report')
    .description('datasheet, comparison of macros, or report of a network: HTML, Markdown, JSON, PDF')
    .argument('<what...>', 'packages, folders of packages, configs (macro.json), or one network.json')
    .option(
      '-o, --output <file>',
      'file to write; may be given several times (default: stdout)',
      gathered,
      [],
    )
    .option('--with <file>', 'results to put in; may be given several times', gathered, [])
    .option('--json', 'print the report as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (what: string[], flags: ReportFlags) => {
      const { contentOf, reportOf } = await import('../actions/report.js');
      const { shown } = await import('./shown.js');
      const { report, written } = await shown((work) => reportOf(what, flags, work));
      if (flags.quiet) return;
      if (flags.json) process.stdout.write(await contentOf(report, 'json'));
      else if (written.length === 0) process.stdout.write(await contentOf(report, 'md'));
      else {
        for (const { file, bytes } of written) {
          process.stdout.write(`${file}: ${report.document.title}, ${Math.ceil(bytes / 1000)} kB\n`);
        }
      }
    });
}
