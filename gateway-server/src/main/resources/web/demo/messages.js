/** The conversation: messages, their editing, and the small notes between them. */

import { attachment } from './attachments.js';

const MOST_ITEMS = 500;
const HUES = 6;
const MOST_CONTENT = 2000;

/** The next message of the same author joins the one before when it comes this soon. */
const SAME_BREATH_MILLIS = 120_000;

export class MessageLog {
  #list;
  #box;
  #actions;
  #byId = new Map();

  /**
   * @param actions `edit(id, content)` and `remove(id)`, which return promises; null where nothing
   *     can be changed
   */
  constructor(box, list, actions) {
    this.#box = box;
    this.#list = list;
    this.#actions = actions;
  }

  add(message, isOwn) {
    if (this.#byId.has(message.id)) return;
    const item = element('li', 'message');
    item.dataset.id = message.id;
    item.dataset.author = message.authorId;
    item.classList.toggle('own', isOwn);
    const created = new Date(message.createdAt);
    item.classList.toggle('joined', this.#continues(message, created));

    const head = element('header');
    const time = element('time', '', timeText(created));
    if (time.textContent) time.dateTime = created.toISOString();
    head.append(name(message.authorName || message.authorId), time);
    const content = element('p', 'content');
    fill(content, message.content);
    content.dir = 'auto';
    const bubble = element('div', 'bubble');
    bubble.append(head, content);
    item.append(avatar(message.authorId, message.authorName), bubble);
    if (isOwn && this.#actions) bubble.append(this.#buttons(item, message.id));
    if (message.isEdited) markEdited(item);

    this.#byId.set(message.id, { item, created });
    this.#append(item);
  }

  edited(id, content) {
    const item = this.#byId.get(id)?.item;
    if (!item || item.classList.contains('deleted')) return;
    fill(item.querySelector('.content'), content);
    markEdited(item);
  }

  deleted(id) {
    const item = this.#byId.get(id)?.item;
    if (!item) return;
    closeEditor(item);
    item.classList.add('deleted');
    item.querySelector('.content').textContent = 'Message deleted';
    item.querySelector('.actions')?.remove();
    item.querySelector('.edited')?.remove();
  }

  /** Says of a message what became of it; the last word counts. */
  mark(id, text) {
    const head = this.#byId.get(id)?.item.querySelector('header');
    if (!head) return;
    head.querySelector('.fate')?.remove();
    head.append(element('span', 'fate', text));
  }

  /** A line of the page itself; parts are texts and nodes. */
  note(...parts) {
    const item = element('li', 'note');
    item.append(...parts);
    this.#append(item);
  }

  #append(item) {
    this.#list.append(item);
    while (this.#list.childElementCount > MOST_ITEMS) {
      this.#byId.delete(this.#list.firstElementChild.dataset.id);
      this.#list.firstElementChild.remove();
    }
    if (item.classList.contains('own')) this.#box.scrollTop = 0; // the end, as the box is laid out
  }

  #continues(message, created) {
    const last = this.#list.lastElementChild;
    const before = last && this.#byId.get(last.dataset.id);
    return Boolean(before)
      && last.dataset.author === message.authorId
      && created - before.created < SAME_BREATH_MILLIS;
  }

  #buttons(item, id) {
    const actions = element('div', 'actions');
    if (!item.querySelector('.file')) actions.append(button('Edit', () => this.#openEditor(item, id)));
    actions.append(button('Delete', () => this.#actions.remove(id)));
    return actions;
  }

  #openEditor(item, id) {
    if (item.querySelector('form')) return;
    const content = item.querySelector('.content');
    const form = element('form', 'editor');
    const field = element('textarea');
    field.value = content.textContent;
    field.required = true;
    field.maxLength = MOST_CONTENT;
    field.setAttribute('aria-label', 'Edit message');
    const done = () => {
      closeEditor(item);
      item.querySelector('.actions button')?.focus();
    };
    const save = button('Save');
    save.type = 'submit';
    form.append(field, save, button('Cancel', done));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (field.value.trim()) this.#actions.edit(id, field.value).then(done, () => field.focus());
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') done();
      if (isEnter(event) && event.target === field) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    item.classList.add('editing');
    content.after(form);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }
}

/** A name as part of a sentence: whatever script or control characters it has stay inside it. */
export function name(text) {
  return element('bdi', 'name', text);
}

export function avatar(userId, userName) {
  const circle = element('span', `avatar hue-${hueOf(String(userId))}`, [...String(userName || userId)][0]);
  circle.ariaHidden = 'true';
  return circle;
}

/** Enter alone, and not the one that ends the composition of a character. */
export function isEnter(event) {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing;
}

/** Shows what was said: text, or a file. */
function fill(target, content) {
  target.replaceChildren(attachment(content) ?? content);
}

function closeEditor(item) {
  item.classList.remove('editing');
  item.querySelector('form')?.remove();
}

function markEdited(item) {
  if (!item.querySelector('.edited')) item.querySelector('header').append(element('span', 'edited', 'edited'));
}

function timeText(date) {
  return Number.isNaN(date.getTime())
    ? ''
    : date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

function hueOf(text) {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return sum % HUES;
}

export function button(text, onClick) {
  const made = element('button', 'small', text);
  made.type = 'button';
  if (onClick) made.addEventListener('click', onClick);
  return made;
}

export function element(tag, className = '', text = '') {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
