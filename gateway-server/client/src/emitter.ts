/** Every event has arguments of its own; `on` and `emit` see to it that they fit. */
type AnyListener = (...args: any[]) => void;

/** @internal Calls listeners. One that throws is reported and costs the others nothing. */
export class Emitter<Events extends { [name: string]: unknown[] }> {
  #listeners = new Map<keyof Events, Set<AnyListener>>();

  /** Returns what takes the listener away again. */
  on<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set<AnyListener>();
    this.#listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) guarded(() => listener(...args));
  }
}

/** @internal Runs what belongs to the page; its errors are the page's and end up in its console. */
export function guarded(run: () => void): void {
  try {
    run();
  } catch (failure) {
    setTimeout(() => {
      throw failure;
    }, 0);
  }
}
