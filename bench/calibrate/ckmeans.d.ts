declare module 'ckmeans' {
  /** Least value of each group of the optimal one-dimensional clustering, ascending. */
  export default function ckmeans(values: number[], clusters: number): number[];
}
