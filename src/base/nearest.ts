/** The known name that a mistyped one most likely meant; null where none is near. */
export function nearest(typed: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = (typed.length <= 4 ? 1 : typed.length <= 8 ? 2 : Math.floor(typed.length / 3)) + 1;
  for (const name of known) {
    const distance =
      name.startsWith(typed) && typed.length > 1 ? 1 : editDistance(typed.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Did you mean "x"?`, or the known names where none is near. */
export function suggest(typed: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(typed, names);
  if (near !== null) return `Did you mean "${near}"?`;
  return names.length > 0 ? `Known: ${names.join(", ")}.` : "None is known.";
}

/** How many letters are too many, missing or others; two that changed places count as one. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          ...[replaced, previous[j]! + 1, row[j - 1]! + 1],
          swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}
