import { createHmac, timingSafeEqual } from 'node:crypto';

/** What is older may have been recorded and sent again by somebody else. */
const MAX_AGE_MILLIS = 5 * 60 * 1000;

/** Whether the gateway sent that body, and not long ago. */
export function verify(secret, headers, body, nowMillis) {
  const timestamp = headers['x-velonx-timestamp'] ?? '';
  const signature = headers['x-velonx-signature'] ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) {
    return false;
  }
  if (Math.abs(nowMillis - Number(timestamp) * 1000) > MAX_AGE_MILLIS) {
    return false;
  }
  const expected = Buffer.from(
    'v1=' + createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex'),
  );
  const shown = Buffer.from(signature);
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}
