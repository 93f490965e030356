import type { Guide } from "../guide.ts";

export const guide: Guide = {
  name: "page",
  does: "The built-in status page: plain files for any web host. See docs/page.md.",
  hint: "(built in: plain files for any web host)",
  steps: [
    "1. It needs no credential of ours: it is a folder of plain files.",
    "2. Host it away from what it reports on: another provider, another domain, another name server.",
    "3. publish: names the command that carries the folder there; docs/page.md has one for each host.",
  ],
  needs: [
    {
      field: "directory",
      question: "Into which folder is the page written?",
      env: [],
      example: "./public",
      usual: "./public",
    },
  ],
  more: [
    "Run after every writing, without a shell:",
    'publish: [aws, s3, sync, ./public, "s3://status.example.org", --delete]',
  ],
};
