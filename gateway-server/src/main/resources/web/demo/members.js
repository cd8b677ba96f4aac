/** Who is in the room, and how, as the gateway tells it. */

import { avatar, element, name } from './messages.js';

export class Members {
  /** The id of whoever sits here; empty until the gateway said it. */
  me = '';
  #list;
  #choose;
  #byId = new Map();
  #more = 0;

  /** What came while the list was asked for, which need not know it yet; null for who left. */
  #news = null;

  /** `choose` is called with the id of a member who was pressed. */
  constructor(list, choose) {
    this.#list = list;
    this.#choose = choose;
  }

  /** Takes the answer to PRESENCE for the truth, and what comes meanwhile for the newer one. */
  async take(asked) {
    const news = (this.#news = new Map());
    const me = this.#byId.get(this.me);
    const { online, count } = await asked;
    if (this.#news !== news) return;
    this.#news = null;
    this.#byId.clear();
    if (me) this.#byId.set(this.me, me);
    for (const { userId, userName, status } of online) {
      this.#byId.set(userId, { userName: userName || userId, status: status ?? 'active' });
    }
    for (const [userId, member] of news) {
      if (member) this.#byId.set(userId, member);
      else this.#byId.delete(userId);
    }
    this.#more = Math.max(0, count - online.length);
    this.#show();
  }

  meet(userId, userName) {
    const known = this.#byId.get(userId);
    if (!userId || (known && (!userName || known.userName === userName))) return;
    this.#change(userId, { userName: userName || userId, status: known?.status ?? 'active' });
  }

  turned(userId, status) {
    this.#change(userId, { userName: this.nameOf(userId), status });
  }

  left(userId) {
    this.#change(userId, null);
  }

  clear() {
    this.me = '';
    this.#news = null;
    this.#more = 0;
    this.#byId.clear();
    this.#show();
  }

  nameOf(userId) {
    return this.#byId.get(userId)?.userName ?? userId;
  }

  #change(userId, member) {
    if (member) this.#byId.set(userId, member);
    else this.#byId.delete(userId);
    this.#news?.set(userId, member);
    this.#show();
  }

  #show() {
    const focused = document.activeElement?.dataset.member;
    const items = [...this.#byId].map(([userId, member]) => this.#item(userId, member));
    if (this.#more > 0) items.push(element('li', 'note', `and ${this.#more} more`));
    this.#list.replaceChildren(...items);
    if (focused) [...this.#list.querySelectorAll('button')].find((each) => each.dataset.member === focused)?.focus();
  }

  #item(userId, { userName, status }) {
    const item = element('li');
    item.dataset.status = status;
    const isMe = userId === this.me;
    const parts = [avatar(userId, userName), name(userName)];
    if (isMe) parts.push('(you)');
    if (status === 'away') parts.push(element('span', 'status', 'away'));
    if (isMe) {
      item.append(...parts);
    } else {
      const button = element('button');
      button.type = 'button';
      button.dataset.member = userId;
      button.title = 'Send a direct message';
      button.append(element('span', 'unseen', 'Write to '), ...parts);
      button.addEventListener('click', () => this.#choose(userId));
      item.append(button);
    }
    return item;
  }
}
