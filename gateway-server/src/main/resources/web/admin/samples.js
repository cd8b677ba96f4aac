/** What the node told in the last two minutes, and what follows from it. */

const KEPT = 120;
const MINUTE_MILLIS = 60_000;

export class Samples {
  #list = [];

  /** Adds what `/stats` and `/metrics.json` say. */
  add(at, stats, metrics) {
    // A node that was started anew counts from zero.
    if (this.stats && stats.node.uptimeSeconds < this.stats.node.uptimeSeconds) this.#list = [];
    this.#list.push({ at, stats, metrics });
    if (this.#list.length > KEPT) this.#list.shift();
  }

  /** What `/channels?sort=cpu` says: those that cost most. */
  costs = { costs: [], fanout: { seconds: 5, deliveries: 0, octets: 0, processors: 0 } };

  get stats() {
    return this.#list.at(-1)?.stats;
  }

  /** The value now of a counter or gauge, 0 when there is none, or a member of a larger instrument. */
  value(name, member) {
    return valueIn(this.#list.at(-1), name, member);
  }

  values(name, member) {
    return this.#list.map((sample) => valueIn(sample, name, member));
  }

  /** What was in `/stats` each time. */
  valuesOf(look) {
    return this.#list.map((sample) => look(sample.stats));
  }

  /** How fast a counter grew, from each sample to the next, in a second. */
  rates(name) {
    return this.#list.slice(1).map((sample, i) => {
      const before = this.#list[i];
      const seconds = (sample.at - before.at) / 1000;
      return Math.max(0, valueIn(sample, name) - valueIn(before, name)) / seconds;
    });
  }

  rate(name) {
    // One second is too short for the eye.
    const last = this.rates(name).slice(-3);
    return last.length === 0 ? 0 : last.reduce((sum, each) => sum + each, 0) / last.length;
  }

  /** How much a counter grew in the last minute, as far as this page has seen it. */
  grown(name) {
    const last = this.#list.at(-1);
    const first = this.#list.find((sample) => last.at - sample.at <= MINUTE_MILLIS);
    return valueIn(last, name) - valueIn(first, name);
  }

  /** What is behind the prefix in the names of a family of counters, with its value. */
  family(prefix) {
    return Object.entries(this.#list.at(-1)?.metrics ?? {})
      .filter(([name, value]) => name.startsWith(`${prefix}.`) && typeof value === 'number')
      .map(([name, value]) => ({ name, member: name.slice(prefix.length + 1), value }));
  }
}

function valueIn(sample, name, member) {
  const found = sample?.metrics[name];
  const value = member === undefined ? found : found?.[member];
  return typeof value === 'number' ? value : 0;
}
