/** All nodes, as they tell each other how they are. */

import { $, element, name, setText } from './dom.js';
import { count, millis, percent, perSecond, time } from './format.js';

const sum = (nodes, member) => nodes.reduce((all, node) => all + (node[member] ?? 0), 0);
const most = (nodes, member) => Math.max(0, ...nodes.map((node) => node[member] ?? 0));

/** What is shown of a node, and of all of them together. */
const COLUMNS = [
  ['Node', (node) => node.node, (nodes) => `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`],
  ['State', (node) => node.state, () => ''],
  ['Connections', (node) => count(node.connections), (nodes) => count(sum(nodes, 'connections'))],
  ['Delivered', (node) => perSecond(node.deliveriesPerSecond), (nodes) => perSecond(sum(nodes, 'deliveriesPerSecond'))],
  ['Processor', (node) => percent(node.cpu), (nodes) => `at most ${percent(most(nodes, 'cpu'))}`],
  ['Heap', (node) => percent(node.heap), (nodes) => `at most ${percent(most(nodes, 'heap'))}`],
  ['Lag', (node) => millis(node.lagMillis), (nodes) => `at most ${millis(most(nodes, 'lagMillis'))}`],
  ['Heard of', (node) => `${time(node.ageMillis / 1000)} ago`, () => ''],
];

export class Nodes {
  #body = element('tbody', { role: 'rowgroup' });
  #foot = element('tfoot', { role: 'rowgroup' });
  #failure = element('p', { class: 'failure', role: 'alert' });

  constructor() {
    const head = COLUMNS.map(([title]) => element('th', { scope: 'col', role: 'columnheader' }, title));
    $('nodes').append(
      element(
        'div',
        { class: 'scroll', role: 'region', tabindex: 0, 'aria-labelledby': 'nodes-title' },
        element(
          'table',
          { role: 'table' },
          element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
          this.#body,
          this.#foot,
        ),
      ),
      this.#failure,
    );
  }

  show(nodes) {
    setText(this.#failure, '');
    this.#body.replaceChildren(...nodes.map((node) => row(COLUMNS.map(([, of]) => of(node)))));
    this.#foot.replaceChildren(row(COLUMNS.map(([, , ofAll]) => ofAll(nodes))));
  }

  fail(failure) {
    setText(this.#failure, failure.message);
  }
}

function row(texts) {
  const cells = texts.map((text, i) => element('td', { role: 'cell', 'data-title': COLUMNS[i][0] }, i === 0 ? name(text) : text));
  return element('tr', { role: 'row' }, ...cells);
}
