/** The interface of the back end, on the port this page came from. */

const SAVED = 'velonx-admin-key';

/** What the node answered instead of doing it. */
export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail ? `${title}: ${detail}` : title);
    this.status = status;
  }

  get needsKey() {
    return this.status === 401;
  }
}

export class Api {
  /** Kept until the tab is closed. */
  #key = sessionStorage.getItem(SAVED);

  useKey(key) {
    this.#key = key;
  }

  keepKey() {
    if (this.#key) sessionStorage.setItem(SAVED, this.#key);
  }

  forgetKey() {
    this.#key = null;
    sessionStorage.removeItem(SAVED);
  }

  /** `query` leaves out what is empty. Fails: `Problem`, or `TypeError` when nobody answers. */
  get(path, query = {}) {
    return this.#call('GET', withQuery(path, query));
  }

  /** Hands over one JSON object after the other, as they come. Fails: as `get`, and when aborted. */
  async lines(path, query, signal, take) {
    const answer = await this.#ask('GET', withQuery(path, query), undefined, signal);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const texts = (rest + value).split('\n');
      rest = texts.pop();
      texts.filter(Boolean).forEach((text) => take(JSON.parse(text)));
    }
  }

  post(path, body) {
    return this.#call('POST', path, body);
  }

  delete(path) {
    return this.#call('DELETE', path);
  }

  async #call(method, path, body) {
    const answer = await this.#ask(method, path, body);
    return answer.json().catch(() => ({}));
  }

  async #ask(method, path, body, signal) {
    const headers = {};
    if (this.#key) headers.Authorization = `Bearer ${this.#key}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      signal,
    });
    if (answer.ok) return answer;
    const said = await answer.json().catch(() => ({}));
    throw new Problem(answer.status, said.title ?? `HTTP ${answer.status}`, said.detail);
  }
}

function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** A tag for a path of fixed words and of names that may hold anything. */
export function path(words, ...names) {
  return words.reduce((all, word, i) => `${all}${encodeURIComponent(names[i - 1])}${word}`);
}
