import { ChannelError, type Post, type Receipt } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { type ApprisePayload, composeForApprise } from "./compose.ts";
import { AppriseProgram } from "./program.ts";
import { AppriseServer } from "./server.ts";
import { settings } from "./settings.ts";

/** A bridge to the services that Apprise knows; it says whether a service took a post, and nothing of it afterwards. */
export const apprise = defineKind({
  kind: "apprise",
  title: "Apprise",
  guide: async () => (await import("./guide.ts")).guide,
  settings,
  secrets: ["urls", "key"],
  connect(settings, kit) {
    const { urls = [], key, baseUrl, program = "apprise", form } = settings;
    const targets = key === undefined ? urls.length : null;
    const server = new AppriseServer(settings, kit);
    const local = new AppriseProgram(program, kit);
    return {
      compose: (message, context) => composeForApprise(message, context, { targets, form }),
      async publish(post, _place, signal) {
        const payload = post.payload as ApprisePayload;
        const url = payload.target === null ? undefined : urls[payload.target];
        if ((payload.target === null) !== (key !== undefined) || (key === undefined && url === undefined))
          throw new ChannelError(
            "refused",
            "APPRISE_ADDRESS_GONE",
            "the channel has lost the post's address",
            {
              hint: `this was planned for address ${post.part}: add new ones at the end of urls:`,
            },
          );
        if (baseUrl !== undefined) await server.notify(payload, signal);
        else if (url !== undefined) await local.notify(url, payload, signal);
        return receiptOf(post);
      },
      check: (signal) => (baseUrl === undefined ? local.check(urls, signal) : server.check(signal)),
    };
  },
});

/** Services' own numbers do not come back through Apprise; ours stands in for them. */
function receiptOf({ key, part }: Post): Receipt {
  return { remoteId: key, url: null, extra: { part } };
}
