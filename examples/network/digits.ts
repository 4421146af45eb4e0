/**
 * Writes the network of the MNIST example with its images and a config into a folder.
 *
 *   npx tsx examples/network/digits.ts out/digits
 *   npx tsx examples/network/digits.ts out/digits 2000     with all held-out images
 */
import { CALIBRATION_IMAGES, TEST_IMAGES, writeDigits } from './digits-network.js';

const [folder = 'out/digits', images = String(TEST_IMAGES)] = process.argv.slice(2);
const tested = writeDigits(folder, Number(images));
console.log(
  `${folder}: network.json, digits.onnx, ${CALIBRATION_IMAGES} images to calibrate, ${tested} to test`,
);
