/** The wire between this page and the gateway, with a plug that can be pulled. */

/** What finds no wire fails after this time, as if somebody had looked for one. */
const LOOKING_MILLIS = 300;

export class Plug {
  #pulled = false;
  #wires = new Set();

  get isPulled() {
    return this.#pulled;
  }

  /** Opens a socket that ends, unlike others, when the plug is pulled. */
  open(url, protocols) {
    const wire = new Wire((wire) => this.#wires.delete(wire));
    this.#wires.add(wire);
    if (this.#pulled) setTimeout(() => wire.cut(), LOOKING_MILLIS);
    else wire.connect(url, protocols);
    return wire;
  }

  pull() {
    this.#pulled = true;
    this.#wires.forEach((wire) => wire.cut());
  }

  pushIn() {
    this.#pulled = false;
  }
}

/** As much of a WebSocket as the client needs. */
class Wire {
  onopen = null;
  onmessage = null;
  onclose = null;
  #socket;
  #ended;

  constructor(ended) {
    this.#ended = ended;
  }

  connect(url, protocols) {
    this.#socket = new WebSocket(url, protocols);
    this.#socket.onopen = (event) => this.onopen?.(event);
    this.#socket.onmessage = (event) => this.onmessage?.(event);
    this.#socket.onclose = (event) => {
      this.#ended(this);
      this.onclose?.(event);
    };
  }

  send(text) {
    this.#socket.send(text);
  }

  close(code, reason) {
    this.#ended(this);
    this.#socket?.close(code, reason);
  }

  /** From now on nothing comes through, whatever was on its way. */
  cut() {
    if (this.#socket) this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.close();
    this.onclose?.({ code: 1006, reason: 'the plug is pulled' });
  }
}
