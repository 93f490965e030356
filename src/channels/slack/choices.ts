import { excerpt, isRecord } from "../answer.ts";
import { ChannelError } from "../contract.ts";
import type { Choices } from "../guide.ts";
import { callSlack } from "./call.ts";
import { type SlackSettings, settings as schema } from "./settings.ts";

/** The channels that the token may see, those that the app has joined first. */
export const listChannels: Choices = async (given, kit, signal) => {
  const { token, baseUrl } = given as Pick<SlackSettings, "token"> & { baseUrl?: string };
  const settings = { token, baseUrl: schema.shape.baseUrl.parse(baseUrl) } as SlackSettings;
  const list = async (types: string) => {
    const query = { types, exclude_archived: true, limit: 200 };
    const call = { settings, kit, signal, timeoutMs: kit.timeoutMs };
    return (await callSlack("conversations.list", query, call)).fields.channels;
  };
  // Private ones need a scope of their own.
  const channels = await list("public_channel,private_channel").catch((error: unknown) => {
    if (error instanceof ChannelError && error.code === "SLACK_MISSING_SCOPE") return list("public_channel");
    throw error;
  });
  return (Array.isArray(channels) ? channels : [])
    .filter(isRecord)
    .sort((a, b) => Number(b.is_member === true) - Number(a.is_member === true))
    .flatMap(({ id, name, is_member }) =>
      typeof id === "string" && typeof name === "string"
        ? [
            {
              value: id,
              name: `#${excerpt(name)}${is_member === true ? "" : " (the app has not joined it)"}`,
            },
          ]
        : [],
    );
};
