/** In: the golden model. Out: the same, whose batches run in WebAssembly from here on, wherever it was imported. */
import { Macro } from '../golden/macro.js';
import { kernel } from './kernel.js';

Macro.kernel = kernel;

export { Macro };
