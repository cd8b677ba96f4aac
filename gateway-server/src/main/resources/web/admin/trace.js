/** What happens to one user or in one channel, while somebody looks. */

import { $, button, element, setText } from './dom.js';

/** More rows nobody reads; the file has more lines. */
const SHOWN = 200;
const KEPT = 5_000;

/** Rows come in batches: each on its own would be too fast for eyes and for the browser. */
const PACE_MILLIS = 250;

const TIMES = [
  ['60', '1 minute'],
  ['300', '5 minutes'],
  ['600', '10 minutes'],
];

export class Trace {
  #api;
  #wanted;
  #lines = [];
  #fresh = [];
  #seen = 0;
  #timer;
  #running;
  #kind = element('select', { id: 'trace-kind' }, element('option', { value: 'channel' }, 'Channel'), element('option', { value: 'user' }, 'User'));
  #name = element('input', { id: 'trace-name', autocomplete: 'off', spellcheck: 'false', required: true, maxlength: 200 });
  #time = element('select', { id: 'trace-time' }, ...TIMES.map(([value, text]) => element('option', { value }, text)));
  #start = element('button', { type: 'submit', class: 'small' }, 'Start');
  #stop = button('Stop', () => this.stop(), { disabled: true });
  #export = button('Export', () => this.#save(), { disabled: true });
  #state = element('p', { id: 'trace-state', role: 'status' }, 'Not tracing');
  #count = element('p', { class: 'note' });
  #body = element('tbody', { role: 'rowgroup' });

  constructor(api) {
    this.#api = api;
    const form = element(
      'form',
      { role: 'search', 'aria-label': 'What to trace' },
      labelled('Trace', this.#kind),
      labelled('Named', this.#name),
      labelled('For', this.#time),
      this.#start,
      this.#stop,
      this.#export,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#run();
    });
    const head = ['Time', 'What', 'Details'].map((title) => element('th', { scope: 'col', role: 'columnheader' }, title));
    $('trace').append(
      form,
      this.#state,
      this.#count,
      element(
        'div',
        { class: 'scroll', role: 'region', tabindex: 0, 'aria-labelledby': 'trace-title' },
        element('table', { role: 'table' }, element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)), this.#body),
      ),
    );
  }

  /** Fills in what is to be traced; a person starts it. */
  choose(kind, name) {
    this.#kind.value = kind;
    this.#name.value = name;
  }

  stop() {
    this.#running?.abort();
  }

  async #run() {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    this.#lines = [];
    this.#fresh = [];
    this.#seen = 0;
    this.#body.replaceChildren();
    const name = this.#name.value.trim();
    this.#wanted = { [this.#kind.value]: name };
    this.#buttons(true);
    setText(this.#state, `Tracing ${name}`);
    this.#timer = setInterval(() => this.#show(), PACE_MILLIS);
    let end = 'The time is over';
    try {
      await this.#api.lines('/trace', { ...this.#wanted, for: this.#time.value }, running.signal, (line) => {
        if (running === this.#running) this.#take(line);
      });
    } catch (failure) {
      end = running.signal.aborted ? 'Stopped' : failure.message;
    }
    // Another one may have been begun meanwhile.
    if (running !== this.#running) return;
    clearInterval(this.#timer);
    this.#show();
    this.#buttons(false);
    setText(this.#state, `${end}: ${name}`);
  }

  #take(line) {
    this.#seen++;
    this.#lines.push(line);
    this.#fresh.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
    if (this.#fresh.length > SHOWN) this.#fresh.shift();
  }

  #show() {
    if (this.#fresh.length > 0) {
      this.#body.prepend(...this.#fresh.reverse().map(row));
      this.#fresh = [];
      while (this.#body.rows.length > SHOWN) this.#body.lastElementChild.remove();
      this.#export.disabled = false;
    }
    setText(this.#count, this.#seen === 0 ? '' : `${this.#seen} lines; the newest ${SHOWN} are shown, newest first, and ${KEPT} exported`);
  }

  #buttons(running) {
    // A button that is disabled loses the focus of whoever pressed it.
    const held = [this.#start, this.#stop].includes(document.activeElement);
    this.#start.disabled = running;
    this.#stop.disabled = !running;
    if (held) (running ? this.#stop : this.#start).focus();
  }

  #save() {
    const text = JSON.stringify({ ...this.#wanted, lines: this.#lines }, null, 2);
    const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    element('a', { href: address, download: 'trace.json' }).click();
    URL.revokeObjectURL(address);
  }
}

function labelled(text, control) {
  return element('span', { class: 'labelled' }, element('label', { for: control.id }, text), control);
}

function row({ at, event, ...rest }) {
  const details = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const cells = [
    ['Time', clock(at)],
    ['What', event],
    ['Details', element('bdi', {}, details.join(' '))],
  ];
  return element(
    'tr',
    { role: 'row' },
    ...cells.map(([title, cell]) => element('td', { role: 'cell', 'data-title': title }, cell)),
  );
}

function clock(at) {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? String(at) : time.toISOString().slice(11, 23);
}
