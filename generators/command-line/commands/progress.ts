/** A bar on stderr where a person sees it: nothing reaches a file or a pipe. */
export interface Progress {
  readonly show: (done: number, total: number, name: string) => void;
  readonly clear: () => void;
}

const WIDTH = 24;

export function progressBar(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  const erase = '\r\x1b[2K';
  return {
    show: (done, total, name) => {
      const full = Math.round((WIDTH * done) / total);
      const text = `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${done}/${total} ${name}`;
      stream.write(erase + text.slice(0, (stream.columns || 80) - 1));
    },
    clear: () => {
      stream.write(erase);
    },
  };
}
