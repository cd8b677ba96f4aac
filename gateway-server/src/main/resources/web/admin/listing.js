/** A list that is looked through page by page. */

import { $, button, element, toast } from './dom.js';

const PAGE = 50;

export class Listing {
  #api;
  #kind;
  #after = [];
  #search = element('input', { type: 'search', autocomplete: 'off', spellcheck: 'false', maxlength: 200 });
  #body = element('tbody');
  #empty = element('p', { class: 'note' });
  #first = button('First page', () => this.#turn([]));
  #next = button('Next page', () => this.#turn([...this.#after, this.#last]));
  #last;
  #loads = 0;
  #shown = '';

  /**
   * @param kind `{ id, path, parameter, label, columns, rows, key, cells, none }`: where it comes
   *     from, and how one of it is shown
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
      element('button', { type: 'submit', class: 'small' }, 'Search'),
      button('Refresh', () => this.refresh()),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#turn([]);
    });
    const head = kind.columns.map((title) => element('th', { scope: 'col' }, title));
    $(kind.id).append(
      form,
      element(
        'div',
        { class: 'scroll', role: 'region', tabindex: 0, 'aria-labelledby': `${kind.id}-title` },
        element('table', {}, element('thead', {}, element('tr', {}, ...head)), this.#body),
      ),
      this.#empty,
      element('footer', {}, this.#first, this.#next),
    );
  }

  /** Looks again, and leaves alone what a person is just about to press. */
  async refresh() {
    const load = ++this.#loads;
    const { path, parameter, rows } = this.#kind;
    const query = { limit: PAGE, after: this.#after.at(-1), [parameter]: this.#search.value.trim() };
    let found;
    try {
      found = rows(await this.#api.get(path, query));
    } catch (failure) {
      toast(failure.message);
      return;
    }
    if (load === this.#loads) this.#show(found);
  }

  #turn(after) {
    this.#after = after;
    return this.refresh();
  }

  #show(found) {
    this.#first.disabled = this.#after.length === 0;
    this.#next.disabled = found.length < PAGE;
    this.#last = found.length === 0 ? undefined : this.#kind.key(found.at(-1));
    this.#empty.textContent = found.length === 0 ? this.#kind.none : '';
    const text = JSON.stringify(found);
    if (text === this.#shown) return;
    this.#shown = text;
    const focused = document.activeElement?.dataset.focus;
    this.#body.replaceChildren(...found.map((each) => this.#row(each)));
    if (focused) {
      const again = [...this.#body.querySelectorAll('[data-focus]')].find((each) => each.dataset.focus === focused);
      (again ?? $(`${this.#kind.id}-title`)).focus();
    }
  }

  #row(each) {
    const row = element('tr');
    const key = String(this.#kind.key(each));
    for (const cell of this.#kind.cells(each)) {
      const buttons = Array.isArray(cell);
      row.append(element('td', {}, buttons ? element('div', { class: 'buttons' }, ...cell) : cell));
      if (buttons) cell.forEach((one) => (one.dataset.focus = `${key} ${one.textContent}`));
    }
    return row;
  }
}
