import type { Capture } from '../../network/capture/capture.js';
import { textTable } from './table.js';

/** What was captured, for machines. */
export function captureJson(capture: Capture): string {
  return `${JSON.stringify(capture, null, 2)}\n`;
}

/** The same for a person. */
export function captureText({ folder, images, resumed, files }: Capture): string {
  const body = files.map(({ tensor, file, shape }) => [file, tensor, shape.join(' x ')]);
  const before = resumed === 0 ? '' : `, ${resumed} of them in an earlier run`;
  const lines = [
    `${folder}: ${files.length} tensors of ${images} images${before}`,
    ...textTable(
      [
        ['', 'file'],
        ['', 'tensor'],
        ['', 'shape'],
      ],
      body,
      () => true,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
