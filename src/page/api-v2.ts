import { listComponents, listedComponent } from "./api-v2-components.ts";
import { createIncidentWriter } from "./api-v2-incidents.ts";
import type { PageFile } from "./build.ts";
import { pageId } from "./identity.ts";
import type { PageEntry } from "./site.ts";
import { unheardOf } from "./unheard.ts";
import type { View } from "./view.ts";

/** No list is longer, as on a Statuspage. */
const LISTED = 50;

/**
 * The page as an Atlassian Statuspage answers under `/api/v2/`, field by field as recorded from a real one.
 *
 * Lists hold the 50 newest; of more open incidents the 50 worst. Notices are left out: whoever watches counts what is listed.
 * Where no address of the page is known, `shortlink` is the path within the page's folder.
 * Work without a planned end is given one hour. Groups cannot lie in groups there: every component below a group is
 * listed in that group, inner groups as plain components, and what lies below those carries their name, `Europe / Checkout`.
 * Nor is there a word for a state that is not known: a component that only another dashboard could tell of and has not, and
 * a group with nothing but such below it, are left out; an update that affected one still names it.
 */
export function apiFiles(view: View): PageFile[] {
  const { site, overview } = view;
  const told = view.recent.filter(({ type }) => type !== "notice");
  const unheard = unheardOf(view);
  const components = listComponents(view, told, unheard);
  const listed = [...components.values()].filter(({ id }) => !unheard.has(id));
  const componentOf = (id: string) => components.get(id) ?? listedComponent(view, id);
  const page = {
    id: pageId(site),
    name: site.property.name,
    url: site.url ?? site.property.url,
    time_zone: site.property.timeZone,
    updated_at: site.generatedAt,
  };
  const list = (entries: readonly PageEntry[]) => {
    const write = createIncidentWriter(view, componentOf, unheard);
    return entries.slice(0, LISTED).map(({ id }) => write(view.told(id)));
  };

  const incidents = told.filter(({ type }) => type === "incident");
  const maintenance = told.filter(({ type }) => type === "maintenance");
  const unresolved = overview.open.slice(0, LISTED).sort(newestFirst);
  const upcoming = overview.planned.filter(({ type }) => type === "maintenance");
  const active = overview.underWay;
  const status = { indicator: overview.indicator, description: overview.sentence };
  const document = (name: string, content: object): PageFile => ({
    path: `api/v2/${name}`,
    content: `${JSON.stringify({ page, ...content })}\n`,
  });
  return [
    document("summary.json", {
      components: listed,
      incidents: list(unresolved),
      scheduled_maintenances: list([...active, ...upcoming]),
      status,
    }),
    document("status.json", { status }),
    document("components.json", { components: listed }),
    document("incidents.json", { incidents: list(incidents) }),
    document("incidents/unresolved.json", { incidents: list(unresolved) }),
    document("scheduled-maintenances.json", { scheduled_maintenances: list(maintenance) }),
    document("scheduled-maintenances/upcoming.json", { scheduled_maintenances: list(upcoming) }),
    document("scheduled-maintenances/active.json", { scheduled_maintenances: list(active) }),
  ];
}

function newestFirst(a: PageEntry, b: PageEntry): number {
  return b.startedAt.getTime() - a.startedAt.getTime();
}
