/** Files that are dropped here or chosen, and how far they are on their way. */

import { button, element } from './messages.js';

export class FileDrop {
  #list;
  #send;
  #running = new Set();

  /**
   * @param send `send(file, { signal, onProgress })`, which returns a promise and tells itself what
   *     went wrong
   */
  constructor({ area, input, chooser, list }, send) {
    this.#list = list;
    this.#send = send;
    chooser.addEventListener('click', () => input.click());
    input.addEventListener('change', () => {
      this.#take([...input.files]);
      input.value = '';
    });
    area.addEventListener('dragover', (event) => {
      if (!event.dataTransfer.types.includes('Files')) return;
      event.preventDefault();
      area.classList.add('dropping');
    });
    area.addEventListener('dragleave', (event) => {
      if (!area.contains(event.relatedTarget)) area.classList.remove('dropping');
    });
    area.addEventListener('drop', (event) => {
      area.classList.remove('dropping');
      if (event.dataTransfer.files.length === 0) return;
      event.preventDefault();
      this.#take([...event.dataTransfer.files]);
    });
  }

  /** Nothing is on its way any more. */
  stop() {
    this.#running.forEach((each) => each.abort());
  }

  #take(files) {
    files.forEach((file) => this.#upload(file));
  }

  async #upload(file) {
    const ending = new AbortController();
    const item = element('li');
    const progress = element('progress');
    progress.max = 1;
    progress.value = 0;
    progress.ariaLabel = file.name;
    const cancel = button('Cancel', () => ending.abort());
    cancel.ariaLabel = `Cancel ${file.name}`;
    item.append(element('bdi', 'name', file.name), progress, cancel);
    this.#list.append(item);
    this.#running.add(ending);
    try {
      await this.#send(file, { signal: ending.signal, onProgress: (share) => (progress.value = share) });
    } catch {
      // Told already.
    } finally {
      this.#running.delete(ending);
      item.remove();
    }
  }
}
