import { LIST_PART } from "../channels/contract.ts";
import type { Speaker } from "./context.ts";
import type { Delivery, DeliveryError } from "./ledger.ts";

/**
 * Why the channel cannot take this: what was composed for a list fits nowhere else, and nothing else fits a list; and what was
 * meant for colleagues is not for the public. Null where it can.
 */
export function misfitOf(delivery: Delivery, { channel, audience }: Speaker): DeliveryError | null {
  if (delivery.audience === "internal" && audience === "public") return meantForColleagues(delivery);
  const isList = delivery.part === LIST_PART;
  if (isList === (channel.mailing !== undefined)) return null;
  return isList ? listNoMore(delivery) : listByNow(delivery);
}

function meantForColleagues({ incidentId, channel }: Delivery): DeliveryError {
  return {
    code: "AUDIENCE_WIDER",
    message: `this was composed for colleagues, and ${channel} is public by now: it is not sent`,
    hint: `say it again: status update ${incidentId} --message "…"`,
    retryAt: null,
  };
}

function listNoMore({ incidentId, channel }: Delivery): DeliveryError {
  return {
    code: "LIST_NO_MORE",
    message: `this was composed for a list, and ${channel} is no list any more: nothing more of it is sent`,
    hint: `give it recipients again, then status retry; or say it again: status update ${incidentId} --message "…"`,
    retryAt: null,
  };
}

function listByNow({ incidentId, channel }: Delivery): DeliveryError {
  return {
    code: "LIST_BY_NOW",
    message: `${channel} is a list by now, and this was composed before it was one: it is not sent`,
    hint: `say it again: status update ${incidentId} --message "…"`,
    retryAt: null,
  };
}
