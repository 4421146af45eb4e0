/**
 * Writes the network of the MNIST example with its images and a config into a folder.
 *
 *   npx tsx examples/network/digits.ts out/digits
 */
import { CALIBRATION_IMAGES, TEST_IMAGES, writeDigits } from './digits-network.js';

const folder = process.argv[2] ?? 'out/digits';
writeDigits(folder);
console.log(
  `${folder}: network.json, digits.onnx, ${CALIBRATION_IMAGES} images to calibrate, ${TEST_IMAGES} to test`,
);
