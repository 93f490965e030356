import { webhook } from "../../../src/channels/webhook/index.ts";
import { onSandbox } from "../ground.ts";
import { describeChannel } from "../suite.ts";

describeChannel({
  kind: webhook,
  ground: onSandbox(
    "webhook",
    // The sandbox's address is no secret.
    { secrets: ["secret"] },
    ({ webhookEvents }) =>
      webhookEvents.map(({ data }) => ({ thread: (data as { incident: { id: string } }).incident.id })),
    {
      tooMany: {
        status: 429,
        headers: { "retry-after": "7" },
        body: { error: "too many requests" },
        wait: 7,
      },
    },
  ),
  wrong: { secret: "whsec_short" },
  exempt: [
    {
      case: "stays within the vendor's limits",
      reason: "a receiver of the user's own has none that are known",
    },
    {
      case: "puts follow-ups into the thread of the first post, and a new incident into another",
      reason: "a document stands by itself: it names its incident, and here all have one id",
    },
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "what a receiver does with a post it does not say",
    },
    { case: "gives each of several addressees its own fate", reason: "one post has one receiver" },
    { case: "half an answer", reason: "the status is the answer; its words say nothing" },
    { case: "200 with an error in it", reason: "the status is the answer; its words say nothing" },
    { case: "find", reason: "a receiver cannot be asked what it has" },
    { case: "verify", reason: "a receiver cannot be asked what it has" },
    {
      case: "fails with a hint, and never throws, where the vendor cannot be asked",
      reason:
        "an answer of any status proves that somebody is there; whether it takes a post shows only one sent",
    },
  ],
});
