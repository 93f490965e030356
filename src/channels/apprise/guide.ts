import type { Guide } from "../guide.ts";

export const guide: Guide = {
  name: "phones",
  does: "Some 150 other services, through Apprise. See docs/channels/apprise.md.",
  hint: "(some 150 other services)",
  steps: [
    "1. Install the program: apt install apprise, or pip install apprise.",
    "2. https://github.com/caronc/apprise/wiki says how each service's address is written: pover://user@token.",
    "   It holds the password, so it is a secret. Try it: apprise -vv -b hello ADDRESS",
    "3. For an Apprise API server instead: baseUrl: and key: in place of urls:.",
  ],
  needs: [
    {
      field: "urls",
      question: "The service's address, as Apprise writes it",
      env: ["APPRISE_URL"],
      unless: "baseUrl",
    },
  ],
  also: { timeout: "30s" },
};
