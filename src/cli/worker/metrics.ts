/** A family of samples in Prometheus' text format 0.0.4. */
interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly { readonly labels: Labels; readonly value: number }[];
}

export type Labels = Readonly<Record<string, string>>;

/** What a worker has done since it began. */
export class Counters {
  readonly #families = new Map<
    string,
    { help: string; samples: Map<string, { labels: Labels; value: number }> }
  >();

  /** A family is exposed from the start, so that its absence means something. */
  declare(name: string, help: string): void {
    this.#families.set(name, { help, samples: new Map() });
  }

  add(name: string, labels: Labels = {}, by = 1): void {
    const family = this.#families.get(name);
    if (family === undefined) throw new Error(`no such counter: ${name}`);
    const key = JSON.stringify(labels);
    const sample = family.samples.get(key) ?? { labels, value: 0 };
    sample.value += by;
    family.samples.set(key, sample);
  }

  families(): Family[] {
    return [...this.#families].map(([name, { help, samples }]) => ({
      ...{ name, type: "counter", help, samples: [...samples.values()] },
    }));
  }
}

export function gauge(name: string, help: string, value: number | null, labels: Labels = {}): Family {
  return { name, type: "gauge", help, samples: value === null ? [] : [{ labels, value }] };
}

export function gauges(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number>>,
): Family {
  const samples = Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));
  return { name, type: "gauge", help, samples };
}

/** Content type `text/plain; version=0.0.4`; source: prometheus.io, "Exposition formats". */
export function exposition(families: readonly Family[]): string {
  return families
    .map(({ name, type, help, samples }) =>
      [
        `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(({ labels, value }) => `${name}${labelled(labels)} ${value}`),
        "",
      ].join("\n"),
    )
    .join("");
}

function labelled(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([key, value]) =>
      `${key}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
