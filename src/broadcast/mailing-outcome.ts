import type { DeliveryError } from "./ledger.ts";
import { type MailingProgress, reachable } from "./mailings.ts";

/** A list has been told when all but a tenth have; those are tried again by and by. */
const FEW = 10;

/** What has become of a whole delivery to a list. */
export interface MailingOutcome {
  readonly state: "sent" | "waiting" | "refused" | "unknown";
  readonly error: DeliveryError | null;
}

/** What the delivery is to say, `error` being what ended the sending early; null where others are still at it. */
export function mailingOutcome(
  progress: MailingProgress,
  error: DeliveryError | null,
  channel: string,
): MailingOutcome | null {
  const { collected, counts, underWay } = progress;
  const everybody = reachable(progress);
  if (underWay > 0 && error === null) return null;
  if (!collected || counts.planned > 0 || counts.waiting * FEW > everybody)
    return { state: "waiting", error };
  if (counts.unknown > 0)
    return { state: "unknown", error: mayHaveGotIt(counts.unknown, everybody, channel) };
  return counts.sent > 0
    ? { state: "sent", error: null }
    : { state: "refused", error: reachedNobody(everybody) };
}

function mayHaveGotIt(unknown: number, everybody: number, channel: string): DeliveryError {
  return {
    code: "MAILING_UNKNOWN",
    message: `${unknown} of ${everybody} may have got it: their sender, or the server's answer, was lost`,
    hint: `to send to them once more: status retry --resend-unknown ${channel}`,
    retryAt: null,
  };
}

function reachedNobody(everybody: number): DeliveryError {
  return {
    code: "LIST_REACHED_NOBODY",
    message:
      everybody === 0 ? "nobody is on the list" : `none of the ${everybody} on the list could be reached`,
    hint: "look at the list, then: status retry",
    retryAt: null,
  };
}
