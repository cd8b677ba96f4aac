import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** The cookie of Auth.js v5; a site on https would put `__Secure-` in front. */
export const COOKIE = 'authjs.session-token';

const HOURS = 3600;

/**
 * Sessions as Auth.js keeps them: an encrypted token in a cookie (JWE, `dir`, A256CBC-HS512), which
 * the gateway reads with the same secret. A site with Auth.js has all of this already.
 */
export class Sessions {
  #macKey;
  #encryptionKey;

  constructor(secret) {
    const key = Buffer.from(
      hkdfSync('sha256', secret, COOKIE, `Auth.js Generated Encryption Key (${COOKIE})`, 64),
    );
    this.#macKey = key.subarray(0, 32);
    this.#encryptionKey = key.subarray(32);
  }

  /** The cookie of a user who has just signed in. */
  cookieFor({ id, name }, nowMillis) {
    const now = Math.floor(nowMillis / 1000);
    const claims = { sub: id, name, iat: now, exp: now + 12 * HOURS };
    const header = base64({ alg: 'dir', enc: 'A256CBC-HS512' });
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-256-cbc', this.#encryptionKey, iv);
    const text = Buffer.concat([cipher.update(JSON.stringify(claims)), cipher.final()]);
    const parts = [header, '', iv, text, this.#tag(header, iv, text)];
    const token = parts.map((part) => (typeof part === 'string' ? part : part.toString('base64url'))).join('.');
    return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax`;
  }

  /** Who sends a request with these cookies, or null. */
  userOf(cookies, nowMillis) {
    const token = (cookies ?? '')
      .split(/; */)
      .find((each) => each.startsWith(`${COOKIE}=`))
      ?.slice(COOKIE.length + 1);
    const parts = (token ?? '').split('.');
    if (parts.length !== 5) {
      return null;
    }
    const header = parts[0];
    const [iv, text, tag] = parts.slice(2).map((part) => Buffer.from(part, 'base64url'));
    const expected = this.#tag(header, iv, text);
    if (iv.length !== 16 || tag.length !== expected.length || !timingSafeEqual(tag, expected)) {
      return null;
    }
    const decipher = createDecipheriv('aes-256-cbc', this.#encryptionKey, iv);
    const { sub, name, exp } = JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]));
    return exp * 1000 > nowMillis ? { id: sub, name } : null;
  }

  /** RFC 7518 §5.2: over the header, what is encrypted, and the length of the header in bits. */
  #tag(header, iv, text) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(header.length * 8));
    return createHmac('sha512', this.#macKey)
      .update(header)
      .update(iv)
      .update(text)
      .update(length)
      .digest()
      .subarray(0, 32);
  }
}

function base64(object) {
  return Buffer.from(JSON.stringify(object)).toString('base64url');
}
