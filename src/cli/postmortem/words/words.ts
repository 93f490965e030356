import type { SectionId } from "../../../incident/postmortem.ts";
import type { Plural } from "../../../page/words/words.ts";

/** What a draft says by itself, in one language: headings, facts and questions. `{name}` stands for a value. */
export interface PostmortemWords {
  readonly title: string;
  /** How to work with the document; stands in a comment. */
  readonly guide: string;
  /** Beside the `summary:` of the front matter. */
  readonly summary: string;
  readonly sections: Readonly<
    Record<SectionId, { readonly heading: string; readonly question: string | null }>
  >;
  readonly glance: {
    readonly began: string;
    readonly ended: string;
    readonly lasted: string;
    readonly impact: string;
    readonly affected: string;
    readonly component: string;
    readonly firstWord: string;
    /** Planned work is told before it begins. */
    readonly firstWordBefore: string;
    readonly noWord: string;
  };
  readonly actions: {
    /** `{text}` with `{date}`, where one was promised. */
    readonly due: string;
    readonly done: string;
    /** Above those that customers do not see, in a comment. */
    readonly internal: string;
  };
  readonly timeline: {
    readonly heard: Plural;
    readonly withdrawn: string;
    readonly kept: Plural;
    readonly late: Plural;
    readonly broken: Plural;
    readonly noPromise: string;
  };
}
