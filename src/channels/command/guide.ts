import type { Guide } from "../guide.ts";

export const guide: Guide = {
  name: "program",
  does: "A program of your own: it gets each post as JSON, and answers with a receipt. See docs/channels/command.md.",
  hint: "(for any other place)",
  steps: [
    "1. Write a program that reads one JSON document on its standard input and answers with one.",
    "2. docs/channels/command.md has what it gets and what it answers, with an example.",
    "3. It fetches its own secrets: it is told none.",
  ],
  needs: [
    {
      field: "run",
      question: "The program and its arguments (separated by commas)",
      env: [],
      example: ["./tell-everyone"],
      reads: "list",
    },
  ],
};
