/** One connection, user or channel, looked at closely. */

import { path } from './api.js';
import { $, button, element, name, setText } from './dom.js';
import { count, perSecond } from './format.js';

const PACE_MILLIS = 1_000;

export class Details {
  #api;
  #actions;
  #trace;
  #timer;
  #opened = 0;

  /**
   * @param trace goes to the trace of `'user'` or `'channel'` of that name
   */
  constructor(api, actions, trace) {
    this.#api = api;
    this.#actions = actions;
    this.#trace = trace;
    $('details-close').addEventListener('click', () => $('details').close());
    $('details').addEventListener('close', () => {
      this.#opened++;
      clearTimeout(this.#timer);
      document.body.append($('toast'));
    });
  }

  connection({ id, user }) {
    const channels = element('ul', { class: 'names' });
    this.#open(
      `Connection ${id}`,
      facts({ User: name(user) }),
      this.#buttons(
        button('Close connection…', () => this.#after(this.#actions.closeConnection({ id, user }), true), { class: 'small danger' }),
        button('Kick user…', () => this.#after(this.#actions.kick(user), true), { class: 'small danger' }),
      ),
      element('h3', {}, 'Channels'),
      channels,
    );
    this.#follow(async (current) => {
      const found = await this.#api.get(path`/connections/${id}`);
      if (current()) fill(channels, found.channels ?? [], 'None', (channel) => this.#takeOut(user, channel, name(channel)));
    });
  }

  user(user) {
    const connections = element('ul', { class: 'names' });
    this.#open(
      user,
      this.#buttons(
        button('Send…', () => this.#after(this.#actions.send(user))),
        button('Trace', () => this.#leaveFor('user', user), { class: 'small trace' }),
        button('Kick…', () => this.#after(this.#actions.kick(user)), { class: 'small danger' }),
        button('Ban…', () => this.#after(this.#actions.ban(user)), { class: 'small danger' }),
      ),
      element('h3', {}, 'Connections to this node'),
      connections,
    );
    this.#follow(async (current) => {
      const found = await this.#api.get('/connections', { user, limit: 50 });
      if (current()) {
        fill(connections, found.connections.map(({ id }) => id), 'None', (id) => [
          element('span', {}, `Connection ${id}`),
          button('Look', () => this.connection({ id, user }), { 'aria-label': `Look at connection ${id}` }),
        ]);
      }
    });
  }

  channel(channel) {
    const values = facts({ 'Online, on all nodes': '–', Publications: '–', Offset: '–' });
    const members = element('ul', { class: 'names' });
    this.#open(
      channel,
      values,
      this.#buttons(
        button('Publish…', () => this.#after(this.#actions.publish(channel))),
        button('Trace', () => this.#leaveFor('channel', channel), { class: 'small trace' }),
      ),
      element('h3', {}, 'Who is online there'),
      members,
    );
    let before;
    this.#follow(async (current) => {
      const [presence, history] = await Promise.all([
        this.#api.get(path`/channels/${channel}/presence`),
        this.#api.get(path`/channels/${channel}/publications`, { limit: 1 }),
      ]);
      if (!current()) return;
      const [online, rate, place] = [...values.querySelectorAll('dd')];
      const now = { at: performance.now(), offset: history.publications.at(-1)?.offset };
      setText(online, count(presence.count));
      setText(place, now.offset === undefined ? 'no history is kept' : count(now.offset));
      if (now.offset !== undefined && before?.offset !== undefined) {
        setText(rate, perSecond(Math.max(0, now.offset - before.offset) / ((now.at - before.at) / 1000)));
      }
      before = now;
      fill(members, presence.online, 'Nobody', ({ userId, userName, status }) =>
        this.#takeOut(userId, channel, name(userName ?? userId), status ?? ''),
      );
    });
  }

  #leaveFor(kind, wanted) {
    $('details').close();
    this.#trace(kind, wanted);
  }

  #takeOut(user, channel, ...shown) {
    const out = button('Take out…', () => this.#after(this.#actions.takeOut(user, channel)), {
      'aria-label': `Take ${user} out of ${channel}`,
    });
    return [element('span', {}, shown[0]), ...(shown[1] ? [element('span', { class: 'note' }, shown[1])] : []), out];
  }

  #open(title, ...parts) {
    $('details-title').textContent = title;
    $('details-body').replaceChildren(...parts);
    if (!$('details').open) $('details').showModal();
  }

  #buttons(...buttons) {
    return element('div', { class: 'buttons' }, ...buttons);
  }

  /** Looks now and again until the dialog shows something else. */
  #follow(look) {
    clearTimeout(this.#timer);
    const opened = ++this.#opened;
    const current = () => opened === this.#opened;
    const failure = element('p', { class: 'failure', role: 'alert' });
    $('details-body').append(failure);
    const next = async () => {
      try {
        await look(current);
        setText(failure, '');
      } catch (problem) {
        setText(failure, problem.message);
      }
      if (current()) this.#timer = setTimeout(next, PACE_MILLIS);
    };
    next();
  }

  async #after(asked, closes = false) {
    if ((await asked) !== null && closes) $('details').close();
  }
}

function facts(values) {
  return element(
    'dl',
    { class: 'facts' },
    ...Object.entries(values).map(([term, value]) => element('div', {}, element('dt', {}, term), element('dd', {}, value))),
  );
}

/** Writes the list anew when it is not the same any more. */
function fill(list, items, none, row) {
  const text = JSON.stringify(items);
  if (list.dataset.shown === text) return;
  list.dataset.shown = text;
  const rows = items.map((each) => element('li', {}, ...row(each)));
  list.replaceChildren(...(rows.length > 0 ? rows : [element('li', { class: 'note' }, none)]));
}
