/** What a key did: ended the line, gave it up, or neither. */
export type Pressed = "end" | "stop" | null;

/**
 * A line that is typed key by key, as a terminal in raw mode sends it: what edits a line edits it, and what is no text adds
 * none. Backspace, ^W and ^U take away; Enter ends; ^C and ^D give up; arrows, function keys and a paste's brackets are passed over.
 */
export function openHiddenLine() {
  let text = "";
  /** Where in an escape sequence the next key stands (ECMA-48, 5.4; `string`: 5.6). */
  let within: "text" | "escape" | "begun" | "sequence" | "last" | "string" = "text";

  /** Whether a key belongs to an escape sequence. */
  const swallows = (key: string): boolean => {
    switch (within) {
      case "escape":
        within = key === "[" ? "begun" : key === "O" ? "last" : /[\]P^_X]/.test(key) ? "string" : "text";
        return true;
      case "begun":
      case "sequence":
        // The Linux console's F1 is ESC [ [ A.
        if (within === "begun" && key === "[") within = "last";
        else if (/[ -?]/.test(key)) within = "sequence";
        else {
          within = "text";
          return /[@-~]/.test(key);
        }
        return true;
      case "last":
        within = "text";
        return true;
      case "string":
        if (key === "\u0007") within = "text";
        return true;
      default:
        return false;
    }
  };

  return {
    text: () => text,
    /** A key on its own that follows an Escape on its own is text; `[` and `O` may be the rest of a cut sequence. */
    newChunk(first: string): void {
      if (within === "escape" && first !== "[" && first !== "O") within = "text";
    },
    press(key: string): Pressed {
      if (key === "\r" || key === "\n") return "end";
      if (key === "\u0003" || key === "\u0004") return "stop";
      if (key === "\u001b") within = "escape";
      else if (swallows(key)) return null;
      else if (key === "\u007f" || key === "\b") text = [...text].slice(0, -1).join("");
      else if (key === "\u0015") text = "";
      else if (key === "\u0017") text = text.replace(/\S+\s*$|\s+$/, "");
      else if (!/\p{Cc}/u.test(key)) text += key;
      return null;
    },
  };
}
