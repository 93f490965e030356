import type { Facts, RenderRequest } from "../../src/render/facts.ts";

/** The morning of 29 June 2010, as far as customers could see it. */
export const FACTS: Facts = {
  title: "Amazon.com is unavailable",
  message: null,
  short: null,
  internal: null,
  brokenGlass: null,
  type: "incident",
  phase: "investigating",
  impact: "critical",
  components: [
    { id: "storefront", name: "Storefront", state: "major_outage" },
    {
      id: "kindle-downloads",
      name: "Kindle downloads",
      state: "partial_outage",
    },
  ],
  property: { name: "Amazon.com", url: "https://www.amazon.com" },
  statusUrl: "https://status.example.org",
  startedAt: new Date("2010-06-29T16:40:00Z"),
  endsAt: null,
  nextUpdateAt: new Date("2010-06-29T17:10:00Z"),
  resolvedAt: null,
  now: new Date("2010-06-29T16:52:00Z"),
  incidentId: "2010-06-29-amazon-com-unavailable",
  updateNumber: 1,
  set: {},
  drill: false,
};

export function request(
  facts: Partial<Facts> = {},
  more: Partial<Omit<RenderRequest, "facts">> = {},
): RenderRequest {
  return {
    channel: "customers",
    kind: "email",
    locale: "en",
    timeZone: "America/Los_Angeles",
    audience: "public",
    ...more,
    facts: { ...FACTS, ...facts },
  };
}
