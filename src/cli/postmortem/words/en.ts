import type { PostmortemWords } from "./words.ts";

export const en: PostmortemWords = {
  title: "Postmortem: {title}",
  guide: `Write below each question; what stands in a comment like this one is never published.
Keep the word in front of each question (such as "required: cause"): it says which question your answer belongs to.
What stands between "facts" and "/facts" comes from the record. To bring it up to date and keep your answers:
  status postmortem draft {id} --force
When all that is required is answered:
  status postmortem publish {id}`,
  summary: "one line for places with little room; without it, the first paragraph",
  sections: {
    summary: {
      heading: "In short",
      question: `What went wrong, and what was your part in it? Say it in the first person ("we", "I"), in two or three sentences.
Admit the fault in your own words; no "we apologise for any inconvenience". This paragraph also goes to places with little room.`,
    },
    glance: { heading: "At a glance", question: null },
    affected: {
      heading: "Who was affected, and how",
      question: `Who was affected, and what did they see? Who was not?
Should customers worry: about their data, their orders, their money? Is there anything for them to do now?`,
    },
    cause: {
      heading: "What broke",
      question:
        "What broke, and what set it off? Say it so that a customer can follow it; hide nothing, and blame nobody by name.",
    },
    whys: {
      heading: "Why it could happen",
      question: `Optional: five whys. Why did it break? And why was that so?
1.
2.
3.
4.
5.`,
    },
    detection: {
      heading: "How we found it",
      question: "Who or what noticed it, and when? What led you to the cause, and what led you astray?",
    },
    fix: {
      heading: "How we fixed it",
      question: "What ended it? Is that for good, or does it hold until something better is in place?",
    },
    technology: {
      heading: "What we learnt: technology",
      question: 'What do you change in systems, tools and tests? At least one action, or "none, because …".',
    },
    process: {
      heading: "What we learnt: process",
      question:
        'What do you change in how you work: changes, alarms, duties? At least one action, or "none, because …".',
    },
    communication: {
      heading: "What we learnt: communication",
      question: `Did people hear of it soon, often and honestly enough? The record at the end of this document shows it.
At least one action, or "none, because …".`,
    },
    people: {
      heading: "The people in it",
      question: "Optional: what was it like to be in it? What went well, and who may be thanked?",
    },
    others: {
      heading: "What others can learn",
      question:
        "Optional: what should those know who run something similar? Which technologies were involved?",
    },
    actions: {
      heading: "What we will do",
      question: `What do you promise, by when? To add one that customers see:
  status action add "…" --incident {id} --due 14d --public
Then bring this document up to date. Without any, say why there are none.`,
    },
    timeline: { heading: "What we said, and when", question: null },
  },
  glance: {
    began: "**Began:** {time}",
    ended: "**Ended:** {time}",
    lasted: "**Lasted:** {duration}",
    impact: "**Impact:** {impact}",
    affected: "**Affected:** {components}",
    component: "{name} ({state} at worst)",
    firstWord: "**First public word:** {duration} after it began",
    firstWordBefore: "**First public word:** before it began",
    noWord: "**First public word:** none while it lasted",
  },
  actions: {
    due: "{text} (by {date})",
    done: "{text} (carried out {date})",
    internal: "These are not public, and stay in this comment:",
  },
  timeline: {
    heard: {
      one: "heard on {heard} of {count} public channel",
      other: "heard on {heard} of {count} public channels",
    },
    withdrawn: "withdrawn afterwards",
    kept: {
      one: "We promised a next update by a certain time, and {count} promise was kept.",
      other: "We promised a next update by a certain time, and {count} promises were kept.",
    },
    late: { one: "{count} update came late.", other: "{count} updates came late." },
    broken: {
      one: "{count} did not come on every channel.",
      other: "{count} did not come on every channel.",
    },
    noPromise: "We promised no time for a next update.",
  },
};
