import { expect } from "vitest";
import { email } from "../../../src/channels/email/index.ts";
import { MAX_MAIL_BYTES } from "../../../src/sandbox/mail.ts";
import { onMailServer } from "../ground.ts";
import { describeChannel } from "../suite.ts";

const noWait = "an SMTP reply carries no time to wait";

describeChannel({
  kind: email,
  ground: onMailServer(({ mails }) =>
    mails.map(({ messageId, inReplyTo }) => ({ thread: inReplyTo ?? messageId })),
  ),
  limits({ part, payload }) {
    const { to, subject, text, html } = payload as {
      to: { address: string };
      subject: string;
      text: string;
      html: string;
    };
    expect(to.address).toBe(part);
    expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(Buffer.byteLength(text) + Buffer.byteLength(html)).toBeLessThan(MAX_MAIL_BYTES);
  },
  partly: { to: ["announce@lists.example.com", "refused@example.com"] },
  wrong: { smtp: "smtp://127.0.0.1:1" },
  exempt: [
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "a list's moderators answer nobody over SMTP",
    },
    { case: "429 with seconds to wait", reason: noWait },
    { case: "429 with a date to wait for", reason: noWait },
    { case: "429 with a wait beyond all measure", reason: noWait },
    { case: "429 with a wait that makes no sense", reason: noWait },
    { case: "429 without a word on when", reason: "this is the vendor's own sign, 450" },
    { case: "200 with an error in it", reason: "an SMTP reply is a code, and its text means nothing" },
    { case: "a redirect to another origin (302)", reason: "SMTP has one: 551, the other case" },
    { case: "find", reason: "mail cannot be looked up: an unknown outcome is put to a person" },
    { case: "verify", reason: "mail cannot be read back" },
  ],
});
