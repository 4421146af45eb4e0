/* SVG and HTML as text: the same functions draw when a package is generated and, in its page, when something is moved. */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it may stand between tags or in a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element: attributes are escaped, `inside` is markup already. */
export function element(name: string, attributes: Attributes, inside = ''): string {
  const pairs = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escaped(value!)}"`);
  return `<${name}${pairs.join('')}${inside === '' ? '/>' : `>${inside}</${name}>`}`;
}

/** A coordinate: two decimals are a hundredth of a pixel. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

export function text(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escaped(words));
}

/** A path through points, from one to the next. */
export function polyline(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`).join('');
}

/** A rectangle as a part of a path: many of them are one node. */
export function box(x: number, y: number, width: number, height: number): string {
  return `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z`;
}

/**
 * A whole picture.
 *
 * @param label what it shows, for who does not see it
 */
export function picture(width: number, height: number, label: string, inside: string): string {
  const attributes = { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label };
  return element('svg', { ...attributes, style: `--width:${width}px` }, inside);
}
