/** What `imcgen bounds` finds, of a macro and of a network. */
import type { DieConfig } from '../../macro/die/constants.js';
import type { NetworkConfig } from '../../network/config/network.js';
import type { CertifiedImages } from './certified.js';
import type { CheckedDies } from './check.js';
import type { MacroBound } from './macro.js';

/** Bounds of a macro, and dies that were held against them. */
export interface BoundMacroFile extends MacroBound {
  readonly kind: 'macro';
  readonly checked?: CheckedDies;
}

/** Bounds of a network's images. */
export interface BoundNetworkFile extends CertifiedImages {
  readonly kind: 'network';
  readonly config: NetworkConfig;
  readonly test: string;
  /** Sigmas of the study. */
  readonly within: number;
  readonly die: DieConfig;
  readonly seed: number;
  /** Images that ideal macros give their class, and how many of those are certain. */
  readonly correct: number;
  readonly certainAndCorrect: number;
}
