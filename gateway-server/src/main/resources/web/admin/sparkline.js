/** A line of the last two minutes, newest at the right. It is for the eye alone: the number says it too. */

const WIDTH = 120;
const HEIGHT = 32;
const SVG = 'http://www.w3.org/2000/svg';

export class Sparkline {
  node = make('svg', {
    class: 'spark',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
    focusable: 'false',
  });
  #area = make('path', { class: 'area' });
  #line = make('path', { class: 'line' });

  constructor() {
    this.node.append(this.#area, this.#line);
  }

  draw(values) {
    const shown = values.slice(-WIDTH);
    const most = Math.max(...shown, 1e-9);
    const points = shown.map((value, i) => {
      const x = WIDTH - shown.length + i + 1;
      const y = HEIGHT - 1 - (value / most) * (HEIGHT - 4);
      return `${x} ${y.toFixed(1)}`;
    });
    const line = points.length < 2 ? '' : `M${points.join('L')}`;
    this.#line.setAttribute('d', line);
    this.#area.setAttribute('d', line && `${line}V${HEIGHT}H${WIDTH - shown.length + 1}Z`);
  }
}

function make(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
