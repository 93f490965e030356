import type { Command, Option } from "commander";
import { RECIPIENT_STATES } from "../../broadcast/mailings.ts";
import { KINDS } from "../../channels/registry.ts";
import { COMPONENT_STATES, IMPACTS, INCIDENT_PHASES } from "../../incident/incident.ts";
import { RULES } from "../../render/wording/policy.ts";
import { collect } from "../program/options.ts";
import type { Names } from "./names.ts";
import type { Place } from "./place.ts";

/** One word that could stand at the cursor, and what to say of it. */
export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** Words to choose from; `files` where any file of this machine could be meant. */
export interface Offer {
  readonly files: boolean;
  readonly candidates: readonly Candidate[];
}

const FILES: Offer = { files: true, candidates: [] };

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Speaking under way means what is open; looking back means what has ended as well. */
const OF_OPEN = /^(update|resolve|follow-up|watch|maintenance (start|complete|extend|cancel)|page build)$/;

/** All that could stand at the cursor, in order of likelihood, whatever was begun there. */
export async function offerAt(place: Place, names: Names): Promise<Offer> {
  const { awaits, command, path } = place;
  switch (awaits.what) {
    case "command":
      return words(commandsOf(command, path));
    case "flag":
      return words(flagsOf(place));
    case "value": {
      const { files, candidates } = await valuesOf(awaits.option, awaits.begun, path, names);
      const { before } = awaits;
      return { files, candidates: candidates.map((each) => ({ ...each, value: `${before}${each.value}` })) };
    }
    case "argument": {
      const candidates = await argumentsOf(awaits.argument?.name() ?? null, path, names);
      return words(candidates.length > 0 ? candidates : flagsOf(place));
    }
  }
}

function words(candidates: readonly Candidate[]): Offer {
  return { files: false, candidates };
}

function plain(values: readonly string[], about = ""): Candidate[] {
  return values.map((value) => ({ value, about }));
}

const PREVIEWED = ["announce", "update", "resolve", "maintenance"];

function commandsOf(command: Command, path: string): Candidate[] {
  const found = command.commands.map((each) => ({
    value: each.name(),
    about: each.summary() || each.description(),
  }));
  if (path === "preview") return found.filter(({ value }) => PREVIEWED.includes(value));
  return path === ""
    ? [...found, { value: "help", about: "all that a command takes, with examples" }]
    : found;
}

function flagsOf({ command, given }: Place): Candidate[] {
  const options = command.options.filter(
    ({ long, hidden, parseArg }) => long != null && !hidden && (!given.has(long) || parseArg === collect),
  );
  return [
    ...options.map(({ long, description }) => ({ value: long!, about: description })),
    { value: "--help", about: "show help" },
  ];
}

async function valuesOf(option: Option, begun: string, path: string, names: Names): Promise<Offer> {
  if (/[<[](file|folder)[\]>]/.test(option.flags)) return FILES;
  switch (option.long) {
    case "--impact":
      return words(plain(IMPACTS));
    case "--phase":
      return words(plain(INCIDENT_PHASES));
    case "--component":
      return words(await componentsFrom(begun, names));
    case "--template":
      return words(plain(await names.templates()));
    case "--next-update":
      return words(plain(["15m", "30m", "1h", "2h", "none"]));
    case "--only":
    case "--except":
    case "--resend-unknown":
      return words(plain(await names.channels()));
    case "--channel":
      return words(plain(path === "init" ? Object.keys(KINDS) : await names.channels()));
    case "--allow":
      return words(Object.keys(RULES).map((rule) => ({ value: `${rule}=`, about: "" })));
    case "--state":
      return words(plain(RECIPIENT_STATES));
    case "--incident":
      return words(await incidents(names, false));
    case "--time-zone":
      return words(plain(Intl.supportedValuesOf("timeZone")));
    case "--sign":
      return FILES;
    default:
      return words([]);
  }
}

/** An id first; behind `=`, its state. */
async function componentsFrom(begun: string, names: Names): Promise<Candidate[]> {
  const all = await names.components();
  const [, id] = /^([^=]*)=/.exec(begun) ?? [];
  if (id !== undefined) return plain(COMPONENT_STATES.map((state) => `${id}=${state}`));
  return all.map(({ id, name }) => ({ value: id, about: name }));
}

async function argumentsOf(argument: string | null, path: string, names: Names): Promise<Candidate[]> {
  switch (argument) {
    case "incident":
      return incidents(names, OF_OPEN.test(path.replace(/^preview /, "")));
    case "template":
      return plain(await names.templates());
    case "channel":
      return plain(await names.channels("page"));
    case "scenario":
      return plain([(await import("../../sandbox/scenarios/amazon-2010.ts")).amazon2010.name]);
    case "shell":
      return plain(SHELLS);
    default:
      return [];
  }
}

async function incidents(names: Names, openOnly: boolean): Promise<Candidate[]> {
  const known = await names.incidents().catch(() => []);
  return known
    .filter(({ open }) => open || !openOnly)
    .map(({ id, title, phase }) => ({ value: id, about: `${title} (${phase.replaceAll("_", " ")})` }));
}
