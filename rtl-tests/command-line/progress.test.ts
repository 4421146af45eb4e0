import { describe, expect, it, vi } from 'vitest';
import { progressBar } from '../../generators/command-line/commands/progress.js';

/** A terminal of so many columns, or a pipe, that keeps what it is sent. */
function streamOf(columns: number, isTTY: boolean) {
  const sent: string[] = [];
  const stream = { columns, isTTY, write: (text: string) => sent.push(text) > 0 };
  return { sent, bar: progressBar(stream as unknown as NodeJS.WriteStream) };
}

const shown = (text: string) => text.replace('\r\u001b[2K', '');

describe('progress', () => {
  it('is a bar over itself, as long as what is done', () => {
    const { sent, bar } = streamOf(60, true);
    bar.show(0, 8, 'first');
    bar.show(2, 8, 'second');
    bar.clear();
    expect(sent.every((text) => text.startsWith('\r\u001b[2K'))).toBe(true);
    expect(sent.map(shown)).toEqual([
      '[........................] 0/8 first',
      '[######..................] 2/8 second',
      '',
    ]);
  });

  it('stays on one line of a narrow terminal, and is whole where the width is not known', () => {
    const name = 'mapping: OPT_CLEAN';
    for (const columns of [40, 0]) {
      const { sent, bar } = streamOf(columns, true);
      bar.show(1, 2, name);
      const whole = `[############............] 1/2 ${name}`;
      expect(shown(sent[0]!)).toBe(columns === 0 ? whole : whole.slice(0, columns - 1));
    }
  });

  it('says what goes on where nobody knows how far it is', () => {
    const { sent, bar } = streamOf(20, true);
    bar.say('simulating: 12 s');
    expect(sent.map(shown)).toEqual(['simulating: 12 s']);
  });

  it.each([
    ['a pipe', false, 'xterm'],
    ['a terminal that cannot go back in a line', true, 'dumb'],
  ])('is nothing in %s', (_, isTTY, term) => {
    vi.stubEnv('TERM', term);
    const { sent, bar } = streamOf(80, isTTY);
    bar.show(1, 2, 'name');
    bar.say('name');
    bar.clear();
    vi.unstubAllEnvs();
    expect(sent).toEqual([]);
  });
});
