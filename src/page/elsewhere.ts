import type { Component, ComponentSource } from "../incident/components.ts";
import { type Html, html } from "./html.ts";
import type { SourceStanding } from "./overview.ts";
import type { DashboardItem, DashboardReport } from "./site.ts";
import { mark, stateMark } from "./symbols.ts";
import type { View } from "./view.ts";

/** Another dashboard as a part of ours: what it said, when, and the way to it. */
export function renderElsewhere({ id, source }: Component, view: View): Html | null {
  if (source === undefined) return null;
  const standing = view.overview.sources.get(id);
  const { elsewhere } = view.speech.texts;
  const report = standing?.reading?.report ?? null;
  return html`<div class="elsewhere">${
    report === null
      ? null
      : html`${saysAnItem(report) ? null : html`<p class="sentence"><bdi>${report.sentence}</bdi></p>`}${
          report.items.length === 0
            ? null
            : html`<ul class="plain">${report.items.map((each) => item(each, view))}</ul>`
        }`
  }<p class="facts"><span>${whenRead(standing, view)}</span> <a href="${publicAddressOf(source)}">${view.speech.say(elsewhere.link, { host: new URL(source.url).hostname })}</a></p></div>`;
}

/** A feed has no words for the whole but those of an item, which stands below with its link and time. */
function saysAnItem({ sentence, items }: DashboardReport): boolean {
  return items.some(({ title }) => title === sentence);
}

function item({ title, link, at }: DashboardItem, { times }: View): Html {
  const safe = link !== null && /^https?:/i.test(link);
  return html`<li>${safe ? html`<a href="${link}" dir="auto">${title}</a>` : html`<span dir="auto">${title}</span>`}${
    at === null ? null : html` ${times.full(at)}`
  }</li>`;
}

function whenRead(standing: SourceStanding | undefined, { speech, times }: View): Html {
  const { sayHtml, texts } = speech;
  const reading = standing?.reading ?? null;
  if (reading === null) return html`${texts.elsewhere.never}`;
  const tried = { time: times.full(reading.triedAt) };
  if (reading.readAt === null) return sayHtml(texts.elsewhere.faultNever, tried);
  const read = sayHtml(texts.elsewhere.read, { time: times.full(reading.readAt) });
  return reading.fault === null ? read : html`${sayHtml(texts.elsewhere.fault, tried)}. ${read}`;
}

/** The state where another dashboard speaks: ours where we have said worse; what it said long ago is no state of today. */
export function markElsewhere(component: Component, view: View): Html {
  const { speech, times, overview } = view;
  const { texts } = speech;
  const ours = overview.states.get(component.id) ?? "operational";
  const standing = overview.sources.get(component.id);
  if (ours !== "operational" || standing?.state === "operational") return stateMark(ours, texts);
  const report = standing?.reading?.report ?? null;
  const readAt = standing?.reading?.readAt ?? null;
  if (standing?.knowledge === "current") return mark("unknown", texts.elsewhere.silent);
  if (report === null || report.state === null || readAt === null) return mark("unknown", texts.tree.unknown);
  return mark(
    "unknown",
    speech.sayHtml(texts.elsewhere.asOf, { state: texts.states[report.state], time: times.full(readAt) }),
  );
}

/** Where people read it: what follows the path may be the key that we read it with, and what stands before the host too. */
export function publicAddressOf({ url }: Pick<ComponentSource, "url">): string {
  const { origin, pathname } = new URL(url);
  return pathname === "/" ? origin : `${origin}${pathname}`;
}
