/** What is told as work goes on, and what may stop it. */
export interface Work {
  /** Told how much is done, of how much, and of what. */
  readonly onProgress: (done: number, total: number, name: string) => void;
  /** Ends the work where it aborts. */
  readonly stop?: AbortSignal | undefined;
}

/** Work that threads can share. */
export interface ThreadedWork extends Work {
  /** Threads that compute; as many as there are cores where left out. */
  readonly threads?: number | undefined;
}
