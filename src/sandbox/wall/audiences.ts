import type { Imitation } from "../world.ts";

/** Who hears something where, in the order of the wall's columns. */
export const AUDIENCES = [
  { id: "tweet", name: "Followers", place: "X", played: ["twitter"] },
  { id: "toot", name: "Followers", place: "Mastodon", played: ["mastodon"] },
  { id: "sky", name: "Followers", place: "Bluesky", played: ["bluesky"] },
  { id: "mail", name: "Subscribers", place: "Mail", played: ["email"] },
  { id: "forum", name: "Sellers", place: "Seller forum", played: ["discourse"] },
  { id: "board", name: "Members", place: "NodeBB forum", played: ["nodebb"] },
  { id: "discord", name: "Community", place: "Discord", played: ["discord"] },
  { id: "slack", name: "Colleagues", place: "Slack", played: ["slack"] },
  { id: "teams", name: "Colleagues", place: "Teams", played: ["teams"] },
  { id: "bridge", name: "Others", place: "Through Apprise", played: ["apprise"] },
  { id: "program", name: "Programs", place: "Webhook", played: ["webhook"] },
  { id: "page", name: "Everyone", place: "Status page", played: ["page", "statuspage"] },
] as const satisfies readonly {
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly played: readonly (Imitation | "page")[];
}[];
export type Audience = (typeof AUDIENCES)[number]["id"];

/** Those that hear the channels which these imitations play. */
export function audiencesOf(playing: readonly (Imitation | "page")[]): Audience[] {
  return AUDIENCES.filter(({ played }) => played.some((one) => playing.includes(one))).map(({ id }) => id);
}
