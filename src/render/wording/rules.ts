import { guess } from "./guess.ts";
import { internalText } from "./internal-text.ts";
import { ipAddress } from "./ip-address.ts";
import { staff, ticket, vendor } from "./names.ts";
import { outage } from "./outage.ts";
import { noDataSentence, noNextUpdate } from "./owed.ts";
import type { Rule } from "./policy.ts";
import { privateHost } from "./private-host.ts";
import { recoveryTime } from "./recovery-time.ts";
import { repetition } from "./repetition.ts";
import type { FactRule, TextRule } from "./rule.ts";
import { secret } from "./secret.ts";
import { stackTrace } from "./stack-trace.ts";
import { stateAgainstPhase, wordsAgainstPhase } from "./state-mismatch.ts";
import { stockApology } from "./stock-apology.ts";
import { testText } from "./test-text.ts";
import { unrendered } from "./unrendered.ts";

/** Every rule's way of looking; one that reads both texts and facts has two. */
export const LOOKS: Readonly<Record<Rule, { readonly text?: TextRule; readonly facts?: FactRule }>> = {
  secret: { text: secret },
  "private-host": { text: privateHost },
  "ip-address": { text: ipAddress },
  "stack-trace": { text: stackTrace },
  ticket: { text: ticket },
  "recovery-time": { text: recoveryTime },
  "internal-text": { text: internalText },
  unrendered: { text: unrendered },
  "test-text": { text: testText },
  guess: { text: guess },
  vendor: { text: vendor },
  staff: { text: staff },
  outage: { text: outage },
  repetition: { text: repetition },
  "no-next-update": { facts: noNextUpdate },
  "no-data-sentence": { facts: noDataSentence },
  "state-mismatch": { text: wordsAgainstPhase, facts: stateAgainstPhase },
  "stock-apology": { text: stockApology },
};
