/** The drawer that shows what goes over the wire. */

const MOST_FRAMES = 200;

/** Whatever looks like a token stays out of sight, wherever it came from. */
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;

const MARKS = { sent: ['↑', 'sent'], received: ['↓', 'received'], note: ['·', 'note'] };

export class FrameList {
  #list;

  constructor(list) {
    this.#list = list;
  }

  /** `direction` is `sent`, `received` or `note`. */
  add(direction, text) {
    const item = document.createElement('li');
    item.className = direction;
    const mark = document.createElement('span');
    mark.className = 'mark';
    [mark.textContent, mark.title] = MARKS[direction];
    const time = document.createElement('time');
    time.textContent = new Date().toISOString().slice(11, 23);
    const body = document.createElement('code');
    body.textContent = text.replaceAll(TOKEN, '(token)');
    item.append(mark, time, body);
    this.#list.append(item);
    while (this.#list.childElementCount > MOST_FRAMES) this.#list.firstElementChild.remove();
  }

  clear() {
    this.#list.replaceChildren();
  }
}
