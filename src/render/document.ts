/**
 * What an update says, as a small tree that every format is made from.
 * Text nodes are data: a format escapes them for its place and never parses them again.
 */
export type Inline =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "strong"; readonly children: readonly Inline[] }
  | { readonly type: "emphasis"; readonly children: readonly Inline[] }
  | { readonly type: "code"; readonly text: string }
  /** `href` is http(s) or mailto, checked when the tree is made. */
  | { readonly type: "link"; readonly href: string; readonly children: readonly Inline[] }
  | { readonly type: "break" };

export type Block =
  | { readonly type: "paragraph"; readonly children: readonly Inline[] }
  | { readonly type: "heading"; readonly level: 1 | 2 | 3 | 4 | 5 | 6; readonly children: readonly Inline[] }
  | {
      readonly type: "list";
      readonly ordered: boolean;
      readonly start: number;
      readonly items: readonly (readonly Block[])[];
    }
  | { readonly type: "quote"; readonly children: readonly Block[] }
  | { readonly type: "code"; readonly text: string }
  | { readonly type: "rule" };

/** An update rendered for one channel, before the channel puts it into its vendor's form. Plain JSON. */
export interface Message {
  /** One line of literal text: mail subject, forum title, header. */
  readonly subject: string;
  readonly body: readonly Block[];
  /**
   * The words for channels with tight limits, as plain text (line breaks allowed), not yet cut:
   * `--short`, else the template's own short form, else the body as plain text.
   */
  readonly short: string;
  /** Plain text that is kept whole when `short` is cut (the promise of the next update); null where there is none. */
  readonly keep: string | null;
  /** The address that every channel carries: the status page. Null where none is configured. */
  readonly link: string | null;
}
