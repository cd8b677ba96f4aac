/** What the back end wants from the gateway, over the HTTP interface of its admin port. */
export class Gateway {
  #url;
  #key;

  /** @param key an API key with the role admin; empty where the gateway asks for none */
  constructor(url, key) {
    this.#url = url;
    this.#key = key;
  }

  /** From now on, what these users write does not reach that user any more. */
  block(userId, blocked) {
    return this.#ask('PUT', `/users/${encodeURIComponent(userId)}/blocks`, { blocked });
  }

  /** Closes what the user has open; the sessions he has had until now are worth nothing any more. */
  kick(userId) {
    return this.#ask('POST', '/revocations', { userId });
  }

  async #ask(method, path, body) {
    const answer = await fetch(this.#url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(this.#key && { authorization: `Bearer ${this.#key}` }),
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    }
    return answer.json();
  }
}
