/** Small helpers to make parts of the page. */

export const $ = (id) => document.getElementById(id);

/** An element with its attributes; children are texts and nodes. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function button(text, onClick, attributes = {}) {
  const made = element('button', { type: 'button', class: 'small', ...attributes }, text);
  made.addEventListener('click', onClick);
  return made;
}

/** A name that somebody chose: whatever script or control characters it has stay inside it. */
export function name(text) {
  return element('bdi', { class: 'name' }, text);
}

/** Writes only what is new, so that nothing is announced twice. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Says once, for eyes and ears, what was done. */
export function toast(text) {
  const place = $('toast');
  // Behind an open dialog it would be neither seen nor heard.
  ($('details').open ? $('details') : document.body).append(place);
  place.textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (place.textContent = ''), 5_000);
}
