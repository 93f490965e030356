/** A colour as the web writes it: `#1c5a9c`. */
export const HEX_COLOUR = /^#[0-9a-f]{6}$/i;

/** The contrast that text needs to be read by people who see little (WCAG 2.2, 1.4.3, level AA). */
export const TEXT_CONTRAST = 4.5;

/** What text on the page stands on, in its light and its dark form: the paper, and the cards on it. */
export const PAPERS = { light: ["#fbfaf7", "#ffffff"], dark: ["#131619", "#1a1e22"] } as const;

/** The contrast of two colours by WCAG 2.2: 1 for the same, 21 for black on white. */
export function contrast(a: string, b: string): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The paper of that form on which the colour is hardest to read, and how hard. */
export function hardest(colour: string, form: keyof typeof PAPERS): { paper: string; ratio: number } {
  const [first, second] = PAPERS[form].map((paper) => ({ paper, ratio: contrast(colour, paper) }));
  return first!.ratio <= second!.ratio ? first! : second!;
}

/** The colour itself where it can be read in the dark, else the same hue made as light as it needs to be. */
export function inTheDark(colour: string): string {
  const { hue, saturation, lightness } = toHsl(colour);
  for (let light = lightness; light < 1; light += 0.005) {
    const lighter = light === lightness ? colour.toLowerCase() : fromHsl(hue, saturation, light);
    if (hardest(lighter, "dark").ratio >= TEXT_CONTRAST) return lighter;
  }
  return "#ffffff";
}

/** Relative luminance, 0 to 1. */
function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Red, green and blue, each 0 to 1. */
function channels(colour: string): number[] {
  return [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16) / 255);
}

function toHsl(colour: string): { hue: number; saturation: number; lightness: number } {
  const [red, green, blue] = channels(colour) as [number, number, number];
  const most = Math.max(red, green, blue);
  const range = most - Math.min(red, green, blue);
  const lightness = most - range / 2;
  if (range === 0) return { hue: 0, saturation: 0, lightness };
  const turn =
    most === red
      ? (green - blue) / range
      : most === green
        ? 2 + (blue - red) / range
        : 4 + (red - green) / range;
  return { hue: (turn * 60 + 360) % 360, saturation: range / (1 - Math.abs(2 * lightness - 1)), lightness };
}

function fromHsl(hue: number, saturation: number, lightness: number): string {
  const spread = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const turn = (offset + hue / 30) % 12;
    const value = lightness - spread * Math.max(-1, Math.min(turn - 3, 9 - turn, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
