/** The first view: one number and one line for everything that moves. */

import { ALARMS } from './alarms.js';
import { $, element, name, setText } from './dom.js';
import { bytes, costsNote, count, millis, percent, perSecond, time } from './format.js';
import { Sparkline } from './sparkline.js';

const gauge = (title, metric, format, note) => ({
  title,
  value: (samples) => format(samples.value(metric)),
  line: (samples) => samples.values(metric),
  note,
});

const rate = (title, metric, note) => ({
  title,
  value: (samples) => perSecond(samples.rate(metric)),
  line: (samples) => samples.rates(metric),
  note: (samples) => note ?? `${count(samples.value(metric))} so far`,
});

/** Resumes, those that were complete first. */
const RESUMES = ['gateway.history.recoveries.ok', 'gateway.history.recoveries.failed'];

const TILES = [
  {
    ...gauge('Connections', 'gateway.connections.open', count),
    note: ({ stats: { limits } }) => (limits.maxConnections > 0 ? `of at most ${count(limits.maxConnections)}` : ''),
  },
  {
    title: 'Users',
    value: ({ stats }) => count(stats.connections.users),
    line: (samples) => samples.valuesOf((stats) => stats.connections.users),
    note: ({ stats }) => `${stats.connections.averagePerUser.toFixed(1)} connections each`,
  },
  {
    ...gauge('Channels', 'gateway.channels', count),
    note: ({ stats }) => `${count(stats.subscriptions)} subscriptions`,
  },
  rate('Received', 'gateway.commands.received'),
  rate('Published', 'gateway.publications.received'),
  rate('Delivered', 'gateway.fanout.deliveries'),
  {
    title: 'Event-loop lag',
    value: (samples) => millis(samples.value('gateway.eventloop.lag', 'p99') / 1e6),
    line: (samples) => samples.values('gateway.eventloop.lag', 'p99'),
    note: (samples) => `99 of 100; at most ${millis(samples.value('gateway.eventloop.lag', 'max') / 1e6)}`,
  },
  {
    ...gauge('Waiting for readers', 'gateway.connections.outbound.bytes', bytes),
    note: (samples) => `${bytes(samples.value('gateway.fanout.queued.bytes'))} for event loops`,
  },
  {
    title: 'Slow consumers',
    value: (samples) => count(samples.value('gateway.connections.closed.4101')),
    line: (samples) => samples.rates('gateway.connections.closed.4101'),
    note: (samples) => `closed; ${count(samples.value('gateway.fanout.dropped'))} frames left out`,
  },
  {
    title: 'Resumed complete',
    value: (samples) => {
      const [ok, failed] = RESUMES.map((metric) => samples.value(metric));
      return ok + failed === 0 ? '–' : percent(ok / (ok + failed));
    },
    line: (samples) => samples.rates(RESUMES[0]),
    note: (samples) => `${count(samples.value(RESUMES[0]))} did, ${count(samples.value(RESUMES[1]))} missed something`,
  },
  rate('Accepted', 'gateway.connections.accepted'),
  {
    title: 'Faults',
    value: (samples) => count(samples.value('gateway.faults')),
    line: (samples) => samples.rates('gateway.faults'),
    note: () => 'failures inside the gateway',
  },
];

const TABLES = [
  { title: 'Newcomers refused, by status', prefix: 'gateway.connections.refused' },
  { title: 'Newcomers refused, by limit', prefix: 'gateway.limits.refused' },
  { title: 'Commands refused, by code', prefix: 'gateway.commands.refused' },
  { title: 'Connections closed, by code', prefix: 'gateway.connections.closed' },
];

const LEVELS = { bad: 'Alarm', busy: 'Warning' };

export class Overview {
  #tiles = TILES.map(tile);
  #tables = TABLES.map(table);
  #costs = costsTable();
  #alarms = new Map();

  constructor() {
    $('tiles').append(...this.#tiles.map((each) => each.node));
    $('tables').append(this.#costs.node, ...this.#tables.map((each) => each.node));
  }

  show(samples) {
    this.#showNode(samples.stats);
    this.#showAlarms(samples);
    this.#tiles.forEach((each) => each.show(samples));
    this.#tables.forEach((each) => each.show(samples));
    this.#showCosts(samples.costs);
  }

  #showNode({ node, machinery, backplane }) {
    const facts = {
      Node: node.name,
      Version: node.version,
      Up: time(node.uptimeSeconds),
      Newcomers: node.ready ? 'welcome' : 'refused',
      Bus: backplane.kind === 'single-node' ? 'none, a single node' : `Redis, ${backplane.state}`,
      Transport: machinery.transport,
      Java: `${machinery.java.split(/[+ ]/)[0]}, ${machinery.collector}`,
    };
    if ($('node').childElementCount === 0) {
      $('node').append(...Object.keys(facts).map((term) => element('div', {}, element('dt', {}, term), element('dd'))));
    }
    Object.values(facts).forEach((text, i) => setText($('node').children[i].lastElementChild, text));
  }

  #showCosts({ costs, fanout }) {
    const busy = costs.filter(({ deliveries }) => deliveries > 0);
    this.#costs.none.hidden = busy.length > 0;
    this.#costs.shown.hidden = busy.length === 0;
    this.#costs.body.replaceChildren(
      ...busy.map(({ channel, deliveries, octets, cpu }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, name(channel)),
          element('td', {}, perSecond(deliveries / fanout.seconds)),
          element('td', {}, `${bytes(octets / fanout.seconds)}/s`),
          element('td', {}, percent(cpu)),
        ),
      ),
    );
    setText(this.#costs.note, busy.length > 0 ? costsNote({ fanout }) : '');
  }

  #showAlarms(samples) {
    for (const alarm of ALARMS) {
      const shown = this.#alarms.get(alarm.id);
      if (!alarm.when(samples)) {
        shown?.remove();
        this.#alarms.delete(alarm.id);
      } else if (!shown) {
        const item = element(
          'li',
          { class: alarm.level },
          element('strong', {}, `${LEVELS[alarm.level]}: ${alarm.title}`),
          element('span', {}, alarm.cause(samples)),
          element('span', { class: 'setting' }, 'See ', element('code', {}, alarm.setting)),
        );
        this.#alarms.set(alarm.id, item);
        $('alarm-list').append(item);
      } else {
        setText(shown.children[1], alarm.cause(samples));
      }
    }
  }
}

function tile({ title, value, line, note }) {
  const spark = new Sparkline();
  const number = element('p', { class: 'value' });
  const below = element('p', { class: 'note' });
  return {
    node: element('section', { class: 'tile' }, element('h3', {}, title), number, spark.node, below),
    show(samples) {
      setText(number, value(samples));
      spark.draw(line(samples));
      setText(below, note?.(samples) ?? '');
    },
  };
}

function costsTable() {
  const body = element('tbody');
  const none = element('p', { class: 'note' }, 'Nothing was delivered in the last seconds');
  const head = ['Channel', 'Delivered', 'Octets', 'CPU share'].map((each) => element('th', { scope: 'col' }, each));
  const shown = element('table', {}, element('thead', {}, element('tr', {}, ...head)), body);
  const note = element('p', { class: 'note' });
  const node = element('section', { class: 'card wide' }, element('h3', {}, 'Channels that cost most'), none, shown, note);
  return { node, body, none, shown, note };
}

function table({ title, prefix }) {
  const body = element('tbody');
  const none = element('p', { class: 'note' }, 'None so far');
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, 'Reason'),
    element('th', { scope: 'col' }, 'In the last minute'),
    element('th', { scope: 'col' }, 'In all'),
  );
  const shown = element('table', {}, element('thead', {}, head), body);
  const node = element('section', { class: 'card' }, element('h3', {}, title), none, shown);
  return {
    node,
    show(samples) {
      const rows = samples.family(prefix).sort((one, other) => other.value - one.value);
      none.hidden = rows.length > 0;
      shown.hidden = rows.length === 0;
      body.replaceChildren(
        ...rows.map((row) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, row.member),
            element('td', {}, count(samples.grown(row.name))),
            element('td', {}, count(row.value)),
          ),
        ),
      );
    },
  };
}
