/** Asks before something is done, and stays open until it was done or is not wanted any more. */

import { $, element } from './dom.js';

let settle;

/**
 * Resolves with what `run` gave, or with null when the person thought better of it.
 *
 * @param fields `{ name, label, type, value, hint, options, … }`; what else a field has is an
 *     attribute of its input
 * @param run gets the values by name; when it fails, the dialog says why and stays
 */
export function ask({ title, text, yes, danger = false, fields = [] }, run) {
  $('question-title').textContent = title;
  $('question-text').textContent = text;
  $('question-yes').textContent = yes;
  $('question-yes').classList.toggle('danger', danger);
  $('question-failure').textContent = '';
  const inputs = fields.map(labelled);
  $('question-fields').replaceChildren(...inputs.flatMap(({ parts }) => parts));
  $('question').showModal();
  // What cannot be undone is not done by a key pressed too often.
  (inputs[0]?.input ?? (danger ? $('question-no') : $('question-yes'))).focus();
  return new Promise((resolve) => {
    settle = async (wanted) => {
      if (!wanted) {
        done(null);
        return;
      }
      $('question-yes').disabled = true;
      try {
        const values = Object.fromEntries(inputs.map(({ name, input }) => [name, input.value.trim()]));
        done((await run(values)) ?? true);
      } catch (failure) {
        $('question-failure').textContent = failure.message;
      } finally {
        $('question-yes').disabled = false;
      }
    };
    const done = (answer) => {
      resolve(answer);
      $('question').close();
    };
  });
}

function labelled({ name, label, type = 'text', value = '', hint, options, ...more }) {
  const id = `field-${name}`;
  const attributes = { id, name, autocomplete: 'off', spellcheck: 'false', ...more };
  if (hint) attributes['aria-describedby'] = `${id}-hint`;
  const input = options
    ? element('select', attributes, ...options.map(([each, text]) => element('option', { value: each }, text)))
    : element(type === 'textarea' ? 'textarea' : 'input', type === 'textarea' ? attributes : { type, ...attributes });
  input.value = value;
  const parts = [element('label', { for: id }, label), input];
  if (hint) parts.push(element('p', { class: 'note', id: `${id}-hint` }, hint));
  return { name, input, parts };
}

$('question').querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  settle(true);
});
$('question-no').addEventListener('click', () => settle(false));
// However it was closed.
$('question').addEventListener('close', () => {
  if (!$('question').open) settle(false);
});
