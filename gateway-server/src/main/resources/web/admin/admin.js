/** The page: asks the node once in a second how it is, and shows what a person wants to look at. */

import { Actions } from './actions.js';
import { Api } from './api.js';
import { Details } from './details.js';
import { $, button, name, setText, toast } from './dom.js';
import { bytes, count, costsNote, percent, perSecond } from './format.js';
import { Listing } from './listing.js';
import { Overview } from './overview.js';
import { ask } from './question.js';
import { Samples } from './samples.js';

const PACE_MILLIS = 1_000;
const COSTS_MILLIS = 5_000;
const DANGER = { class: 'small danger' };

const api = new Api();
const actions = new Actions(api);
const details = new Details(api, actions);
const samples = new Samples();
const overview = new Overview();

const listings = {
  connections: new Listing(api, {
    id: 'connections',
    path: '/connections',
    parameter: 'user',
    label: 'User id',
    columns: ['Connection', 'User', 'Actions'],
    rows: (answer) => answer.connections,
    key: ({ id }) => id,
    cells: (each) => [
      String(each.id),
      name(each.user),
      [
        button('Look', () => details.connection(each), { 'aria-label': `Look at connection ${each.id}` }),
        button('Close…', () => changed(actions.closeConnection(each)), { ...DANGER, 'aria-label': `Close connection ${each.id}` }),
      ],
    ],
    none: 'No connection',
  }),
  channels: new Listing(api, {
    id: 'channels',
    path: '/channels',
    parameter: 'prefix',
    label: 'Begins with',
    columns: ['Channel', 'Published', 'Delivered', 'Octets', 'CPU share', 'Actions'],
    orders: [
      ['name', 'Name'],
      ['deliveries', 'Deliveries'],
      ['octets', 'Octets'],
      ['cpu', 'CPU share'],
    ],
    paceMillis: COSTS_MILLIS,
    rows: ({ costs, fanout }) => costs.map((cost) => ({ ...cost, seconds: fanout.seconds })),
    note: costsNote,
    key: ({ channel }) => channel,
    cells: ({ channel, publications, deliveries, octets, cpu, seconds }) => [
      name(channel),
      perSecond(publications / seconds),
      perSecond(deliveries / seconds),
      `${bytes(octets / seconds)}/s`,
      percent(cpu),
      [
        button('Look', () => details.channel(channel), { 'aria-label': `Look at ${channel}` }),
        button('Publish…', () => changed(actions.publish(channel)), { 'aria-label': `Publish to ${channel}` }),
      ],
    ],
    none: 'No channel',
  }),
  users: new Listing(api, {
    id: 'users',
    path: '/users',
    parameter: 'prefix',
    label: 'Id begins with',
    columns: ['User', 'Actions'],
    rows: (answer) => answer.users,
    key: (user) => user,
    cells: (user) => [
      name(user),
      [
        button('Look', () => details.user(user), { 'aria-label': `Look at ${user}` }),
        button('Kick…', () => changed(actions.kick(user)), { ...DANGER, 'aria-label': `Kick ${user}` }),
        button('Ban…', () => changed(actions.ban(user)), { ...DANGER, 'aria-label': `Ban ${user}` }),
      ],
    ],
    none: 'Nobody',
  }),
};

/** What a listing shows changes when this does. */
const sizes = {
  connections: ({ connections }) => connections.total,
  channels: ({ channels }) => channels,
  users: ({ connections }) => connections.users,
};

let view = 'overview';
let timer;
let sized;
let costsAt = -Infinity;
let locked = false;
let asking = false;

// ---- asking the node ----

async function poll() {
  clearTimeout(timer);
  if (document.hidden || locked || asking) return;
  asking = true;
  try {
    const [stats, metrics] = await Promise.all([api.get('/stats'), api.get('/metrics.json')]);
    samples.add(performance.now(), stats, metrics);
    await show(stats);
    tell('open', 'Live');
  } catch (failure) {
    if (failure.needsKey) lock();
    else tell('waiting', failure.status === undefined ? 'The node does not answer, trying again' : failure.message);
  } finally {
    asking = false;
  }
  timer = setTimeout(poll, PACE_MILLIS);
}

/** Costs change every few seconds only. */
async function lookAtCosts() {
  if (performance.now() - costsAt < COSTS_MILLIS) return;
  costsAt = performance.now();
  samples.costs = await api.get('/channels', { sort: 'cpu', limit: 5 });
}

async function show(stats) {
  await lookAtCosts();
  overview.show(samples);
  await showDrain(stats.node.ready ? { state: 'serving' } : await api.get('/drain'));
  const size = sizes[view]?.(stats);
  if (size !== undefined && (size !== sized || listings[view].isDue)) listings[view].refresh();
  sized = size;
}

function tell(state, text) {
  $('state').dataset.state = state;
  setText($('state'), text);
}

/** Nothing is asked any more until there is a key. */
function lock() {
  locked = true;
  api.forgetKey();
  tell('closed', 'Needs an API key');
  $('enter-key').hidden = false;
  $('drain').hidden = true;
  enterKey();
}

async function enterKey() {
  if ($('question').open) return;
  const entered = await ask(
    {
      title: 'API key',
      text: 'This node asks for a key (api.keys). It stays in this tab until it is closed.',
      yes: 'Use key',
      fields: [{ name: 'key', label: 'Key', type: 'password', required: true, hint: 'With the role read to look; admin to kick, ban and drain; publish to publish' }],
    },
    async ({ key }) => {
      api.useKey(key);
      await api.get('/stats').catch((failure) => {
        api.forgetKey();
        throw failure.needsKey ? new Error('This node does not know that key') : failure;
      });
      api.keepKey();
    },
  );
  if (entered === null) return;
  locked = false;
  $('enter-key').hidden = true;
  $('drain').hidden = false;
  poll();
}

// ---- drain ----

async function drain() {
  const begun = await actions.drain(count(samples.stats?.connections.total ?? 0));
  if (begun !== null) showDrain(begun);
}

function showDrain({ state, total = 0, left = 0 }) {
  $('draining').hidden = state === 'serving';
  $('drain').hidden = state !== 'serving' || locked;
  if (state === 'serving') return;
  $('draining-bar').max = Math.max(1, total);
  $('draining-bar').value = state === 'drained' ? Math.max(1, total) : total - left;
  setText($('draining-title'), state === 'drained' ? 'Drained' : 'Draining');
  setText(
    $('draining-text'),
    state === 'drained' ? 'Nobody is left, and newcomers are refused' : `${count(left)} of ${count(total)} clients are still here`,
  );
}

async function callOff() {
  try {
    showDrain(await api.delete('/drain'));
    toast('The drain was called off');
    $('drain').focus();
  } catch (failure) {
    toast(failure.message);
  }
}

// ---- views ----

async function changed(asked) {
  if ((await asked) !== null) await listings[view]?.refresh();
}

function choose() {
  const wanted = location.hash.slice(1);
  view = wanted in listings ? wanted : 'overview';
  for (const section of document.querySelectorAll('.view')) section.hidden = section.id !== view;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${view}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  // What the next look at the node brings is another size, so the listing is filled then.
  sized = undefined;
}

$('drain').addEventListener('click', drain);
$('draining-cancel').addEventListener('click', callOff);
$('enter-key').addEventListener('click', enterKey);
addEventListener('hashchange', () => {
  choose();
  $(`${view}-title`).focus();
  poll();
});
document.addEventListener('visibilitychange', poll);
choose();
poll();
