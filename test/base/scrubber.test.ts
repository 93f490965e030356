import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Scrubber } from "../../src/base/scrubber.ts";

const secrets = fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 60 });

describe("the scrubber", () => {
  it("takes a secret out of any text, in every encoding that a vendor may echo", () => {
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
        const scrubber = new Scrubber();
        scrubber.learn(secret);
        for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
          expect(scrubber.scrub(before + form + after)).not.toContain(form);
      }),
    );
  });

  it("finds it in base64 wherever it begins, as in a Basic header", () => {
    fc.assert(
      fc.property(
        secrets,
        fc.string({ maxLength: 12 }),
        fc.string({ maxLength: 12 }),
        (secret, before, after) => {
          const scrubber = new Scrubber();
          scrubber.learn(secret);
          const header = Buffer.from(before + secret + after).toString("base64");
          const left = scrubber.scrub(header).split("[secret]");
          expect(left.length).toBeGreaterThan(1);
          expect(Buffer.from(left[0]!, "base64").toString("latin1")).not.toContain(secret);
        },
      ),
    );
  });

  it("learns the password of an address", () => {
    const scrubber = new Scrubber();
    scrubber.learn("smtp://status:p%40ss-word@mail.example.com:587");
    const plain = Buffer.from("\0status\0p@ss-word").toString("base64");
    expect(scrubber.scrub(`535 p@ss-word and p%40ss-word and ${plain}`)).toMatch(
      /^535 \[secret\] and \[secret\] and \[secret\].{0,2}$/,
    );
  });

  it("leaves text alone that holds no secret, and blots no short word", () => {
    const scrubber = new Scrubber();
    scrubber.learn("a");
    scrubber.learn("long-enough");
    expect(scrubber.scrub("a text about nothing")).toBe("a text about nothing");
  });
});
