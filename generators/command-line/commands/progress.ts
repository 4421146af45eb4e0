/** A bar on stderr where a person sees it: nothing reaches a file or a pipe. */
export interface Progress {
  readonly show: (done: number, total: number, name: string) => void;
  /** The same line for work that cannot tell how far it is. */
  readonly say: (text: string) => void;
  readonly clear: () => void;
}

const WIDTH = 24;

export function progressBar(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY || process.env.TERM === 'dumb') {
    return { show: () => undefined, say: () => undefined, clear: () => undefined };
  }
  const erase = '\r\x1b[2K';
  const write = (text: string) => void stream.write(erase + text.slice(0, (stream.columns || 80) - 1));
  return {
    show: (done, total, name) => {
      const full = Math.round((WIDTH * done) / total);
      write(`[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${done}/${total} ${name}`);
    },
    say: write,
    clear: () => {
      stream.write(erase);
    },
  };
}
