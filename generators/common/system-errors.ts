import type { Problem } from './problems.js';

/** What a system says of a file, in words. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'no space left for this user',
  ENAMETOOLONG: 'its path is too long for the file system',
  ELOOP: 'is a link that leads to itself',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'is in use',
  EIO: 'input/output error',
  ENXIO: 'nothing that answers is there',
  ENOTEMPTY: 'is a folder that is not empty',
  EEXIST: 'is there already',
  EXDEV: 'is on another file system',
  ERR_INVALID_ARG_VALUE: 'its path holds a zero character',
};

/** Whether an error is the system's, such as a full disk: no bug of the tool. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return 'syscall' in error || error.code === 'ERR_INVALID_ARG_VALUE';
}

/** What the system said, in words where they are known: `permission denied`, or the code. */
export function systemReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? String(error) : (WORDS[code] ?? code);
}

/**
 * What is said of a file that the system would not let us read.
 *
 * @throws whatever is no error of the system
 */
export function unreadable(file: string, error: unknown, fix?: string): Problem {
  if (!isSystemError(error)) throw error;
  const reason = systemReason(error);
  const isPlain = error.code === 'ENOENT' || error.code === 'EISDIR';
  const message = isPlain ? reason : `cannot be read: ${reason}`;
  return { file, path: '', message, ...(fix !== undefined && { fix }) };
}
