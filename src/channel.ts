/**
 * What the author of an own channel needs: `import { defineChannel, … } from "status/channel"`. The guide is
 * docs/own-channel.md. Names stay and promises stay while CONTRACT is 1; fields are only ever added.
 */

/** The zod that `status` itself uses. */
export { z } from "zod";
export type { Secret } from "./base/secret.ts";
export { excerpt, readFields } from "./channels/answer.ts";
export { type Call, callPlace, type Manners } from "./channels/call-place.ts";
export {
  ChannelError,
  type ComposeContext,
  type Fate,
  type Finding,
  type Json,
  type Place,
  type Post,
  type Property,
  type Receipt,
  type Search,
  TooLong,
  type Verdict,
} from "./channels/contract.ts";
export type { Resolved } from "./channels/define-kind.ts";
export type { Http, HttpRequest, HttpResponse } from "./channels/http.ts";
export {
  CONTRACT,
  defineChannel,
  type OwnChannel,
  type OwnKind,
  type OwnKit,
} from "./channels/own.ts";
export { baseUrl, secretReference } from "./channels/settings.ts";
export type { Block, Inline, Message } from "./render/document.ts";
export { toForumMarkdown as toMarkdown } from "./render/formats/forum.ts";
export { escapeHtml, toHtml } from "./render/formats/html.ts";
export { toPlainText } from "./render/formats/plain.ts";
export { harmless, literal } from "./render/literal.ts";
export { fitShortPost, shortWords } from "./render/short-post.ts";
