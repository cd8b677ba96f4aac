/** What can be done to people and channels; each is asked for first. */

import { path } from './api.js';
import { toast } from './dom.js';
import { ask } from './question.js';

const BANS = [
  ['600', '10 minutes'],
  ['3600', '1 hour'],
  ['86400', '1 day'],
  ['604800', '1 week'],
  ['0', 'End a ban'],
];

const ENVELOPE = JSON.stringify({ type: 'NOTICE', payload: { text: 'Hello' } }, null, 2);

export class Actions {
  #api;

  constructor(api) {
    this.#api = api;
  }

  closeConnection({ id, user }) {
    return ask(
      {
        title: 'Close this connection?',
        text: `Connection ${id} of ${user} ends with 4003, and its client stays away. Other connections of his stay.`,
        yes: 'Close connection',
        danger: true,
      },
      async () => {
        await this.#api.delete(path`/connections/${id}`);
        toast(`Connection ${id} was closed`);
      },
    );
  }

  kick(user) {
    return ask(
      {
        title: `Kick ${user}?`,
        text: 'Every connection of this user ends with 4003, on every node. With a new token he may come back.',
        yes: 'Kick',
        danger: true,
      },
      async () => {
        const { nodes } = await this.#api.delete(path`/users/${user}/connections`);
        toast(`${user} was kicked, on ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`);
      },
    );
  }

  ban(user) {
    return ask(
      {
        title: `Ban ${user}?`,
        text: 'Every connection of this user ends with 4003, and every token of his is refused for that time, on every node.',
        yes: 'Ban',
        danger: true,
        fields: [{ name: 'time', label: 'For how long', options: BANS, value: '600' }],
      },
      async ({ time }) => {
        await this.#api.post('/revocations', { userId: user, banSeconds: Number(time) });
        toast(time === '0' ? `${user} may come back` : `${user} is banned`);
      },
    );
  }

  takeOut(user, channel) {
    return ask(
      {
        title: `Take ${user} out of ${channel}?`,
        text: 'On every node. His pages stay connected; a rule that lets him in lets him in again.',
        yes: 'Take out',
        danger: true,
      },
      async () => {
        await this.#api.delete(path`/users/${user}/channels/${channel}`);
        toast(`${user} was taken out of ${channel}`);
      },
    );
  }

  publish(channel) {
    return this.#publish(`Publish to ${channel}`, 'Every subscriber gets it, on every node.', path`/channels/${channel}/publications`);
  }

  send(user) {
    return this.#publish(`Send to ${user}`, 'Every connection of his gets it, and his inbox keeps it.', path`/users/${user}/publications`);
  }

  drain(connections) {
    return ask(
      {
        title: 'Drain this node?',
        text: `It takes no newcomers any more and sends its clients, ${connections} now, to other nodes; without another node they wait for this one. It can be called off.`,
        yes: 'Drain this node',
        danger: true,
        fields: [
          { name: 'rate', label: 'Clients a second', type: 'number', min: 1, max: 1_000_000, hint: 'As drain.rate says when left empty' },
          { name: 'seconds', label: 'Done within, in seconds', type: 'number', min: 1, max: 86_400, hint: 'As drain.deadline says when left empty' },
        ],
      },
      ({ rate, seconds }) =>
        this.#api.post('/drain', {
          ...(rate && { closesPerSecond: Number(rate) }),
          ...(seconds && { timeoutMillis: Number(seconds) * 1000 }),
        }),
    );
  }

  #publish(title, text, target) {
    return ask(
      {
        title,
        text,
        yes: 'Publish',
        fields: [
          { name: 'envelope', label: 'Envelope', type: 'textarea', rows: 6, required: true, value: ENVELOPE, hint: 'A JSON object with type and payload' },
        ],
      },
      async ({ envelope }) => {
        const { offset } = await this.#api.post(target, parsed(envelope));
        toast(offset === undefined ? 'Published' : `Published at offset ${offset}`);
      },
    );
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (failure) {
    throw new Error(`That is no JSON: ${failure.message}`);
  }
}
