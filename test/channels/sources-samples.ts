/** Answers in the forms that real dashboards give them, with names made up. */

export function summary(more: object = {}): string {
  return JSON.stringify({
    page: { id: "p1", name: "Parcels", url: "https://status.parcels.example", time_zone: "Etc/UTC" },
    components: [],
    incidents: [],
    scheduled_maintenances: [],
    status: { indicator: "none", description: "All Systems Operational" },
    ...more,
  });
}

export function incident(name: string, updated: string, more: object = {}): object {
  return {
    id: name,
    name,
    status: "investigating",
    created_at: "2026-11-20T08:00:00.000Z",
    updated_at: updated,
    monitoring_at: null,
    resolved_at: null,
    impact: "major",
    shortlink: "https://stspg.example/abc",
    incident_updates: [],
    ...more,
  };
}

export interface AwsItem {
  readonly title: string;
  readonly date: string;
  readonly service?: string;
}

export function awsFeed(items: readonly AwsItem[]): string {
  const told = items.map(
    ({ title, date, service = "storage-eu-west-9" }, number) => `
    <item>
      <title><![CDATA[${title}]]></title>
      <link>https://status.aws.example/</link>
      <pubDate>${date}</pubDate>
      <guid isPermaLink="false">https://status.aws.example/#${service}_177000000${number}</guid>
      <description><![CDATA[We are looking into it.]]></description>
    </item>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0">
  <channel>
    <title><![CDATA[Storage (Nowhere) Service Status]]></title>
    <link>https://status.aws.example/</link>
    <generator>AWS Service Health Dashboard RSS Generator</generator>
    <description><![CDATA[Storage (Nowhere) Service Status]]></description>
    <ttl>5</ttl>${told.join("")}
  </channel>
</rss>`;
}

export interface HistoryEntry {
  readonly title: string;
  readonly updated: string;
  readonly phases: readonly string[];
}

function escaped(markup: string): string {
  return markup.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function historyBody({ phases }: HistoryEntry): string {
  const planned = phases.includes("Scheduled")
    ? "<p><strong>THIS IS A SCHEDULED EVENT Nov <var data-var='date'>21</var>, 09:00 UTC</strong></p>"
    : "";
  return escaped(
    planned +
      phases
        .map((phase) => `<p><small>Nov 20, 11:00 UTC</small><br><strong>${phase}</strong> - Words.</p>`)
        .join(""),
  );
}

export function historyAtom(entries: readonly HistoryEntry[]): string {
  const told = entries.map(
    (entry, number) => `
  <entry>
    <id>tag:status.parcels.example,2005:Incident/${number}</id>
    <published>2026-11-01T00:00:00Z</published>
    <updated>${entry.updated}</updated>
    <link rel="alternate" type="text/html" href="https://status.parcels.example/incidents/${number}"/>
    <title>${entry.title}</title>
    <content type="html">${historyBody(entry)}</content>
  </entry>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom">
  <id>tag:status.parcels.example,2005:/history</id>
  <title>Parcels Status - Incident History</title>
  <updated>2026-11-20T11:59:00Z</updated>${told.join("")}
</feed>`;
}

export function historyRss(entries: readonly HistoryEntry[]): string {
  const told = entries.map(
    (entry, number) => `<item>
      <title>${entry.title}</title>
      <description>${historyBody(entry)}</description>
      <pubDate>${new Date(entry.updated).toUTCString()}</pubDate>
      <link>https://status.parcels.example/incidents/${number}</link>
      <guid>https://status.parcels.example/incidents/${number}</guid>
    </item>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    <title>Parcels Status - Incident History</title><link>https://status.parcels.example</link>
    <description>Statuspage</description>${told.join("")}</channel></rss>`;
}

export function googleAtom(entries: readonly { title: string; incident: string; updated: string }[]): string {
  const told = entries.map(
    ({ title, incident, updated }, number) => `<entry>
    <title>${title}</title>
    <link href="https://status.cloud.example/incidents/${incident}" rel="alternate" type="text/html"></link>
    <id>tag:status.cloud.example,2026:feed:${incident}.${number}</id>
    <updated>${updated}</updated>
    <summary type="html">&lt;p&gt;Words.&lt;/p&gt;</summary>
  </entry>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">
  <title>Google Cloud Service Health Updates</title><updated>2026-11-20T11:00:00+00:00</updated>
  <id>https://status.cloud.google.com/</id>${told.join("")}</feed>`;
}

/** RSS 2.0 of nobody in particular. */
export function rss(items: string, head = ""): string {
  return `<?xml version="1.0"?>${head}<rss version="2.0"><channel><title>News</title>${items}</channel></rss>`;
}
