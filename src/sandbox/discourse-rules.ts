/** Discourse's default limits on what is said, 2026-11; each in characters after trimming. */
const TITLE = { min: 15, max: 255, entropy: 10 };
const RAW = { min: 20, max: 32_000, entropy: 7 };

/** What stands against a cleaned title, in the forum's words, or null. */
export function refusalOfTitle(title: string): string | null {
  const length = [...title].length;
  if (length === 0) return "Title can't be blank";
  if (length < TITLE.min) return `Title is too short (minimum is ${TITLE.min} characters)`;
  if (length > TITLE.max) return `Title is too long (maximum is ${TITLE.max} characters)`;
  return entropy(title) < TITLE.entropy ? "Title seems unclear, is it a complete sentence?" : null;
}

/** What stands against a trimmed body, in the forum's words, or null. */
export function refusalOfRaw(raw: string): string | null {
  const length = [...raw].length;
  if (length === 0) return "Body can't be blank";
  if (length < RAW.min) return `Body is too short (minimum is ${RAW.min} characters)`;
  if (length > RAW.max) return `Body is limited to ${RAW.max} characters; you entered ${length}.`;
  return entropy(raw) < RAW.entropy ? "Body seems unclear, is it a complete sentence?" : null;
}

/**
 * A title as the forum stores it, with `title_prettify` on as it is by default (lib/text_cleaner.rb):
 * no shouting, a capital first, no period at the end.
 */
export function cleanTitle(title: string): string {
  let text = title.replace(/!+/g, "!").replace(/\?+/g, "?");
  if (/[A-Z]/.test(text) && text === text.toUpperCase()) text = text.toLowerCase();
  return text
    .replace(/^[a-z]+\b/, (word) => word.charAt(0).toUpperCase() + word.slice(1))
    .replace(/([^.])\.+(\s*)$/, "$1$2")
    .replace(/\s+([!?]\s*)$/, "$1")
    .replace(/ +/g, " ")
    .replace(/[\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g, " ")
    .trim();
}

/** Distinct characters, those beyond ASCII counted for more. */
function entropy(text: string): number {
  const distinct = [...new Set(text)];
  return distinct.reduce((sum, character) => sum + (character.charCodeAt(0) > 127 ? 6 : 1), 0);
}
