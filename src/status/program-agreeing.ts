import { resolve } from "node:path";
import { usageError } from "../base/errors.ts";
import type { Agreeing } from "./approve.ts";
import type { Desk } from "./desk.ts";
import type { ApproveOptions } from "./door.ts";
import { approvalText, sign } from "./signatures.ts";

/** A program that agrees to a plan: to call is to have read it, and a key that needs a passphrase cannot sign. */
export function programAgreeing(
  { surroundings: { cwd, env, stopping } }: Desk,
  { sign: key, signature }: ApproveOptions,
): Agreeing {
  if (key !== undefined && signature !== undefined)
    throw usageError("SIGNATURE_TWICE", "--sign and --signature were both given.", "Give one of them.");
  return {
    signs: key !== undefined || signature !== undefined,
    maySign: false,
    show: async () => {},
    agree: async ({ hash }) =>
      key === undefined
        ? (signature ?? null)
        : sign(resolve(cwd, key), approvalText(hash), { env, stopping, terminal: null }),
  };
}
