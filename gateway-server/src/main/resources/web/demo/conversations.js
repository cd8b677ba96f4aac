/** The room and everybody talked to directly: each has its messages, its unread ones and its typists. */

import { MessageLog, element, name } from './messages.js';

/** Somebody types for this long after he last said so. */
const TYPING_LIFE_MILLIS = 5_000;

export class Conversations {
  #parts;
  #onChoose;
  #byKey = new Map();
  #current;

  /** Is told after every change how many messages nobody has looked at. */
  onUnread = () => {};

  /**
   * @param parts the elements `{ tabs, box, title, typing }`
   * @param onChoose is called with the conversation that is shown from now on
   */
  constructor(parts, onChoose) {
    this.#parts = parts;
    this.#onChoose = onChoose;
  }

  find(key) {
    return this.#byKey.get(key);
  }

  /**
   * Begins one, or finds it.
   *
   * @param target the other user; null for a room
   * @param actions as of a `MessageLog`, or null where nothing can be changed
   */
  open(key, title, target, actions) {
    let found = this.#byKey.get(key);
    if (!found) {
      const list = element('ol', 'messages');
      list.hidden = true;
      this.#parts.box.append(list);
      found = {
        title,
        target,
        list,
        log: new MessageLog(this.#parts.box, list, actions),
        unread: 0,
        draft: '',
        typists: new Map(),
      };
      this.#byKey.set(key, found);
      this.#show();
    }
    return found;
  }

  choose(conversation) {
    if (this.#current) this.#current.list.hidden = true;
    this.#current = conversation;
    conversation.list.hidden = false;
    this.#parts.title.replaceChildren(name(conversation.title));
    this.#parts.title.dataset.kind = conversation.target === null ? 'room' : 'person';
    this.#showTyping();
    this.#onChoose(conversation);
    this.read();
  }

  /** A message of somebody else came. */
  heard(conversation) {
    if (conversation !== this.#current || document.hidden) conversation.unread++;
    this.#show();
  }

  /** Who looks at a conversation has read it. */
  read() {
    if (this.#current && !document.hidden) this.#current.unread = 0;
    this.#show();
  }

  typing(conversation, userId, userName) {
    this.stopped(conversation, userId);
    const timer = setTimeout(() => this.stopped(conversation, userId), TYPING_LIFE_MILLIS);
    conversation.typists.set(userId, { userName, timer });
    this.#showTyping();
  }

  stopped(conversation, userId) {
    clearTimeout(conversation.typists.get(userId)?.timer);
    if (conversation.typists.delete(userId)) this.#showTyping();
  }

  clear() {
    for (const { typists } of this.#byKey.values()) typists.forEach(({ timer }) => clearTimeout(timer));
    this.#byKey.clear();
    this.#current = undefined;
    this.#parts.box.replaceChildren();
    this.#showTyping();
    this.#show();
  }

  #show() {
    const { tabs } = this.#parts;
    const all = [...this.#byKey.values()];
    const focused = [...tabs.children].indexOf(document.activeElement);
    tabs.hidden = all.length < 2;
    tabs.replaceChildren(...all.map((each) => this.#tab(each)));
    tabs.children[focused]?.focus();
    this.onUnread(all.reduce((sum, each) => sum + each.unread, 0));
  }

  #tab(conversation) {
    const tab = element('button', 'small');
    tab.type = 'button';
    tab.dataset.kind = conversation.target === null ? 'room' : 'person';
    if (conversation === this.#current) tab.ariaCurrent = 'true';
    tab.append(name(conversation.title));
    if (conversation.unread > 0) {
      const badge = element('span', 'badge', String(conversation.unread));
      badge.append(element('span', 'unseen', ' unread'));
      tab.append(' ', badge);
    }
    tab.addEventListener('click', () => this.choose(conversation));
    return tab;
  }

  #showTyping() {
    const names = [...(this.#current?.typists.values() ?? [])].map(({ userName }) => name(userName));
    const line = this.#parts.typing;
    if (names.length === 0) line.replaceChildren();
    else if (names.length === 1) line.replaceChildren(names[0], ' is typing…');
    else if (names.length === 2) line.replaceChildren(names[0], ' and ', names[1], ' are typing…');
    else line.replaceChildren('Several people are typing…');
  }
}
