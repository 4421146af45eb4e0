import { readFileSync } from 'node:fs';

/**
 * Largest resident memory of this process so far, in bytes.
 *
 * On Linux it comes from /proc: the maximum of getrusage keeps what the process that started this one had resident, so a
 * test worker of 400 MB would be measured in its child.
 */
export function peakMemory() {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return 1024 * Number(kilobytes);
  } catch {
    // Another system.
  }
  return 1024 * process.resourceUsage().maxRSS;
}
