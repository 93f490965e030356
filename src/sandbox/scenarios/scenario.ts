/** A rehearsal as data: a property, a script of commands, and what really happened. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly property: Readonly<Record<string, unknown>>;
  readonly components: readonly ScenarioComponent[];
  readonly outageAt: Date;
  /** Oldest first; `argv` is what a commander would type. */
  readonly steps: readonly {
    readonly at: Date;
    readonly label: string;
    readonly argv: readonly string[];
  }[];
  readonly history: {
    readonly headline: string;
    readonly facts: readonly string[];
    readonly channels: readonly {
      readonly name: string;
      readonly said: string;
    }[];
  };
  /** Whether every text says that it is a rehearsal. */
  readonly marked: boolean;
}

export interface ScenarioComponent {
  readonly id: string;
  readonly name: string;
  readonly components?: readonly ScenarioComponent[];
}

/** The ids of all components, parents before children. */
export function idsOf(components: Scenario["components"]): string[] {
  return components.flatMap(({ id, components: below }) => [id, ...idsOf(below ?? [])]);
}
