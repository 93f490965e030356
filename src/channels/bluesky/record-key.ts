import { digest } from "../../base/ids.ts";

/**
 * TID, the AT Protocol's key of a post (atproto.com, Timestamp Identifiers, read 2026-11): 53 bits of microseconds and
 * 10 bits of who made it, in 13 digits.
 */
const DIGITS = "234567abcdefghijklmnopqrstuvwxyz";
const TID = /^[2-7a-j][2-7a-z]{12}$/;

/**
 * The record key of a post, the same in every attempt. Readers order posts by it, so that it must tell the time of the
 * update; below the millisecond it is made from the post's own key.
 */
export function recordKeyOf(key: string, at: Date): string {
  const { micros, clockId } = markOf(key);
  let rest = ((BigInt(at.getTime()) * 1000n + micros) << 10n) | clockId;
  let tid = "";
  for (let digit = 0; digit < 13; digit++) {
    tid = `${DIGITS[Number(rest & 31n)]}${tid}`;
    rest >>= 5n;
  }
  return tid;
}

/** When a record key was made, and whether from this post's own key (by chance: one in a million); null for no TID. */
export function readRecordKey(
  rkey: string,
  key: string,
): { readonly at: Date; readonly ours: boolean } | null {
  if (!TID.test(rkey)) return null;
  const bits = [...rkey].reduce((sum, digit) => (sum << 5n) | BigInt(DIGITS.indexOf(digit)), 0n);
  const [time, clockId] = [bits >> 10n, bits & 1023n];
  const mark = markOf(key);
  return {
    at: new Date(Number(time / 1000n)),
    ours: time % 1000n === mark.micros && clockId === mark.clockId,
  };
}

function markOf(key: string): { micros: bigint; clockId: bigint } {
  const bits = BigInt(`0x${digest("bluesky", key)}`);
  return { micros: (bits >> 10n) % 1000n, clockId: bits & 1023n };
}
