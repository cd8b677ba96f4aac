/** Numbers as people read them. */

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const UNITS = ['B', 'KiB', 'MiB', 'GiB'];

export function count(value) {
  return value < 100_000 ? WHOLE.format(value) : COMPACT.format(value);
}

export function perSecond(value) {
  return value > 0 && value < 10 ? `${value.toFixed(1)}/s` : `${count(value)}/s`;
}

export function bytes(value) {
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function millis(value) {
  return value < 10 ? `${value.toFixed(1)} ms` : `${count(value)} ms`;
}

export function percent(part) {
  // 99.99 % is not all.
  return `${part === 1 ? 100 : Math.min(99.9, part * 100).toFixed(1)} %`;
}

export function time(seconds) {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  const shown = first < 0 ? [[0, 's']] : parts.slice(first, first + 2);
  return shown.map(([value, unit]) => `${value} ${unit}`).join(' ');
}

/** How the numbers of channels came about. */
export function costsNote({ fanout: { seconds, processors } }) {
  return (
    `In the last ${seconds} s that are over. Octets are those before compression. ` +
    'CPU share is the part a channel has in the fan-out of this node, estimated from its writes and octets; ' +
    `the whole fan-out kept ${processors.toFixed(2)} processors busy, measured in one slice of 16.`
  );
}
