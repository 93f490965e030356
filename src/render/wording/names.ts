import { anyName, escapeForPattern, outside, spans } from "./phrases.ts";
import type { Hit, TextRule } from "./rule.ts";

/** Vendors whose name is also an everyday word; those count only as they are configured. */
const EVERYDAY = new Set(
  "amazon apple box circle drift fastly fly front gap heap intercom linear loom meta notion orange oracle plaid ramp render segment slack snowflake square stripe target teams wise zoom".split(
    " ",
  ),
);

export const ticket: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }, _wording, { tickets }): Hit[] => {
    const keys = tickets.map((key) => key.trim().replace(/-$/, "")).filter((key) => key !== "");
    if (keys.length === 0) return [];
    const pattern = new RegExp(
      `(?<![\\p{L}\\p{N}_-])(?:${keys.map(escapeForPattern).join("|")})[-#]?\\d{1,10}(?![\\p{L}\\p{N}_]|[-.]\\d)`,
      "gu",
    );
    return spans(text, pattern).map((span) => ({
      ...span,
      reason: "Customers cannot open our tracker, and the number tells them nothing.",
      better: "Leave it out of what the public reads; the internal text may have it.",
    }));
  },
};

export const vendor: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }, { facts }, { vendors }): Hit[] => {
    const exact = vendors.filter((name) => EVERYDAY.has(name.trim().toLowerCase()));
    const any = vendors.filter((name) => !exact.includes(name));
    const patterns = [anyName(exact), anyName(any, "giu")].filter((pattern) => pattern !== null);
    const found = spans(text, ...patterns);
    if (found.length === 0) return [];
    // A part that customers know by a vendor's name ("Pay with …") is called so.
    const parts = anyName(
      facts.components.map(({ name }) => name),
      "giu",
    );
    const own = parts === null ? [] : spans(text, parts);
    return outside(found, own).map((span) => ({
      ...span,
      reason: "To customers it is our service that fails, and naming a supplier sounds like blaming one.",
      better: "Say what does not work with us, and what we are doing about it.",
    }));
  },
};

export const staff: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }, _wording, policy): Hit[] => {
    // One word alone may be an everyday one (Will, Rose); of two nobody doubts whom they name.
    const single = policy.staff.filter((name) => !name.trim().includes(" "));
    const full = policy.staff.filter((name) => !single.includes(name));
    const patterns = [anyName(single), anyName(full, "giu")].filter((pattern) => pattern !== null);
    return spans(text, ...patterns).map((span) => ({
      ...span,
      reason: "A person's name draws blame or visitors to one of us.",
      better: "Write “we”, or leave the name out.",
    }));
  },
};
