import type { Place } from "../contract.ts";
import { domainOf } from "./address.ts";
import { type ListPayload, versionFor } from "./compose-list.ts";
import { canonicalHead, canonicalLines, type DkimSigner, signatureOf } from "./dkim.ts";
import type { Letter } from "./outlet.ts";
import { renderSkeleton, type Skeleton } from "./skeleton.ts";
import { assemble, type Spliced, splice } from "./splice.ts";
import { ownMessageId, ownThreadOf } from "./thread.ts";

/** Renders a mailing once in each of its languages; every recipient's mail is made from these. */
export async function prepareLetter(
  payload: ListPayload,
  place: Place,
  signer: DkimSigner | null,
): Promise<Letter> {
  const domain = domainOf(payload.from.address);
  const molds = await Promise.all(
    payload.versions.map(async (version) => {
      const skeleton = await renderSkeleton(payload, version);
      return { skeleton, sign: signer === null ? null : signing(skeleton, signer) };
    }),
  );
  return {
    from: payload.from.address,
    write(recipient) {
      const mold = molds[versionFor(payload.versions, recipient.locale)];
      if (mold === undefined) throw new TypeError("a mailing without words");
      const { skeleton, sign } = mold;
      const { address } = recipient;
      const messageId = ownMessageId(payload.key, address, domain);
      const spliced = splice(
        skeleton,
        recipient,
        messageId,
        ownThreadOf(place, address),
        payload.unsubscribe,
      );
      if (sign === null) return assemble(skeleton, spliced);
      return sign(spliced).then((signature) => assemble(skeleton, spliced, signature));
    },
  };
}

/** Signs mails of one skeleton; what they share is made canonical once. */
function signing(skeleton: Skeleton, signer: DkimSigner): (spliced: Spliced) => Promise<string> {
  const head = canonicalHead(skeleton.head.toString("latin1"));
  const body = skeleton.body.map((part) => canonicalLines(part.toString("latin1")));
  const last = body.length - 1;
  body[last] = body[last]?.replace(/(?:\r\n)*$/, "\r\n") ?? "";
  return ({ head: own, fillings }) =>
    signatureOf(
      signer,
      new Map([...head, ...canonicalHead(own)]),
      body.flatMap((part, index) => [part, canonicalLines(fillings[index] ?? "")]),
    );
}
