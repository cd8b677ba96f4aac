/** A list that is looked through page by page. */

import { $, button, element, setText, toast } from './dom.js';

const PAGE = 50;

export class Listing {
  #api;
  #kind;
  #after = [];
  #search = element('input', { type: 'search', autocomplete: 'off', spellcheck: 'false', maxlength: 200 });
  #body = element('tbody', { role: 'rowgroup' });
  #empty = element('p', { class: 'note' });
  #first = button('First page', () => this.#turn([]));
  #next = button('Next page', () => this.#turn([...this.#after, this.#last]));
  #last;
  #loads = 0;
  #loadedAt = 0;
  #order;
  #note = element('p', { class: 'note' });
  #shown = '';

  /**
   * @param kind `{ id, path, parameter, label, columns, rows, key, cells, none }`: where it comes
   *     from, and how one of it is shown; and `{ orders, paceMillis, note }` for one that can be
   *     sorted, looks again by itself, and has something to say of all of it. Pages are turned in
   *     the first order only.
   */
  constructor(api, kind) {
    this.#api = api;
    this.#kind = kind;
    this.#search.id = `${kind.id}-search`;
    const form = element(
      'form',
      { role: 'search', 'aria-label': kind.label },
      element('label', { for: this.#search.id }, kind.label),
      this.#search,
      ...this.#orders(),
      element('button', { type: 'submit', class: 'small' }, 'Search'),
      button('Refresh', () => this.refresh()),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#turn([]);
    });
    const head = kind.columns.map((title) => element('th', { scope: 'col', role: 'columnheader' }, title));
    $(kind.id).append(
      form,
      element(
        'div',
        { class: 'scroll', role: 'region', tabindex: 0, 'aria-labelledby': `${kind.id}-title` },
        // The roles, because small screens show cells below each other.
        element('table', { role: 'table' }, element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)), this.#body),
      ),
      this.#empty,
      this.#note,
      element('footer', {}, this.#first, this.#next),
    );
  }

  /** Whether it is time to look again. What moves is not moved away from below a hand. */
  get isDue() {
    const { paceMillis } = this.#kind;
    const held = this.#order?.selectedIndex > 0 && this.#body.matches(':hover, :focus-within');
    return paceMillis !== undefined && !held && performance.now() - this.#loadedAt > paceMillis;
  }

  /** Looks again, and leaves alone what a person is just about to press. */
  async refresh() {
    const load = ++this.#loads;
    this.#loadedAt = performance.now();
    const { path, parameter, rows, note } = this.#kind;
    const query = { limit: PAGE, after: this.#after.at(-1), [parameter]: this.#search.value.trim(), sort: this.#order?.value };
    let answer;
    try {
      answer = await this.#api.get(path, query);
    } catch (failure) {
      toast(failure.message);
      return;
    }
    if (load !== this.#loads) return;
    this.#show(rows(answer));
    setText(this.#note, note?.(answer) ?? '');
  }

  #orders() {
    const { id, orders } = this.#kind;
    if (!orders) return [];
    this.#order = element('select', { id: `${id}-order` }, ...orders.map(([value, text]) => element('option', { value }, text)));
    this.#order.addEventListener('change', () => this.#turn([]));
    return [element('span', { class: 'labelled' }, element('label', { for: this.#order.id }, 'Sorted by'), this.#order)];
  }

  #turn(after) {
    this.#after = after;
    return this.refresh();
  }

  #show(found) {
    this.#first.disabled = this.#after.length === 0;
    this.#next.disabled = found.length < PAGE || this.#order?.selectedIndex > 0;
    this.#last = found.length === 0 ? undefined : this.#kind.key(found.at(-1));
    this.#empty.textContent = found.length === 0 ? this.#kind.none : '';
    const text = JSON.stringify(found);
    if (text === this.#shown) return;
    this.#shown = text;
    if (this.#renew(found)) return;
    const focused = document.activeElement?.dataset.focus;
    this.#body.replaceChildren(...found.map((each) => this.#row(each)));
    if (focused) {
      const again = [...this.#body.querySelectorAll('[data-focus]')].find((each) => each.dataset.focus === focused);
      (again ?? $(`${this.#kind.id}-title`)).focus();
    }
  }

  /** Writes numbers where they stand already; says whether all rows are still the same. */
  #renew(found) {
    const rows = [...this.#body.rows];
    const same = rows.length === found.length && rows.every((row, i) => row.dataset.key === String(this.#kind.key(found[i])));
    if (!same) return false;
    rows.forEach((row, i) =>
      this.#kind.cells(found[i]).forEach((cell, j) => {
        if (typeof cell === 'string') setText(row.cells[j], cell);
      }),
    );
    return true;
  }

  #row(each) {
    const key = String(this.#kind.key(each));
    const row = element('tr', { role: 'row', 'data-key': key });
    for (const [i, cell] of this.#kind.cells(each).entries()) {
      const buttons = Array.isArray(cell);
      row.append(element('td', { role: 'cell', 'data-title': this.#kind.columns[i] }, buttons ? element('div', { class: 'buttons' }, ...cell) : cell));
      if (buttons) cell.forEach((one) => (one.dataset.focus = `${key} ${one.textContent}`));
    }
    return row;
  }
}
