/** One line of somebody else's text, without control characters and terminal escapes, cut to a length. */
export function printable(text: string, length: number): string {
  // Half a character is one of these as well: it is dropped, and so is what is cut in the middle.
  return text
    .slice(0, length * 8)
    .replace(/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g, "")
    .replace(/[\p{C}\p{Z}]+/gu, " ")
    .trim()
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, "");
}
