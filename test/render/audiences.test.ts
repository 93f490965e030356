import { describe, expect, it } from "vitest";
import { toPlainText } from "../../src/render/formats/plain.ts";
import { request } from "./facts.ts";
import { failureOf, templateOf } from "./project.ts";

const INTERNAL = { audience: "internal", channel: "ops", kind: "slack" } as const;
const words = (template: Awaited<ReturnType<typeof templateOf>>, ...of: Parameters<typeof request>) =>
  toPlainText(template.render(request(...of)).body);

describe("a value for colleagues only", () => {
  const asking = (text: string) =>
    templateOf(`---\nask:\n  cause: { audience: internal, default: "" }\n---\nWords.\n\n${text}`);
  const set = { cause: "a forgotten certificate" };

  it("is said on internal channels", async () => {
    expect(words(await asking("Cause: {{ cause }}"), { set }, INTERNAL)).toContain("a forgotten certificate");
  });

  it.each([
    "{{ cause }}",
    "{{ cause | upcase }}",
    "{{ cause.size }}",
    "{% if cause %}known{% endif %}",
    "{% assign x = cause %}{{ x }}",
    "{% capture x %}{{ cause }}{% endcapture %}",
    "{% for c in cause %}{{ c }}{% endfor %}",
    "{% case cause %}{% when 'a' %}b{% endcase %}",
  ])("in a public text is refused with its place, and never rendered: %s", async (text) => {
    const template = await asking(text);
    for (const given of [set, {}]) {
      const error = failureOf(() => template.render(request({ set: given })));
      expect(error).toMatchObject({
        blame: "setup",
        code: "TEMPLATE_LEAKS",
        message: expect.stringMatching(/t\.md:7:\d+: "cause"/),
        hint: expect.stringContaining('audience == "internal"'),
      });
      expect(String(error)).not.toContain("certificate");
    }
  });

  it("in a public subject is refused too", async () => {
    const template = await templateOf(
      `---\nsubject: "{{ cause }}"\nask: { cause: { audience: internal, default: "" } }\n---\nWords.`,
    );
    expect(failureOf(() => template.render(request({ set })))).toMatchObject({ code: "TEMPLATE_LEAKS" });
  });

  it("may stand where only colleagues read", async () => {
    const template = await asking(`{% if audience == "internal" %}{{ cause }}{% endif %}`);
    expect(words(template, { set })).toBe("Words.");
    expect(words(template, { set }, INTERNAL)).toContain("certificate");
  });

  it("is named where another name is mistyped, and never looked at", async () => {
    const template = await asking("{{ cuase }}");
    expect(failureOf(() => template.render(request({ set })))).toMatchObject({
      code: "TEMPLATE_VARIABLE_UNKNOWN",
      hint: expect.stringContaining('"cause"'),
    });
  });
});

describe("the message for colleagues", () => {
  const internal = "The *card processor* is down.\n\n- rollback at 10:00";

  it("is Markdown where colleagues read, and nothing where customers do", async () => {
    const template = await templateOf("Words.\n\n{% if internal %}{{ internal }}{% endif %}");
    expect(words(template, { internal }, INTERNAL)).toBe(
      "Words.\n\nThe card processor is down.\n\n- rollback at 10:00",
    );
    const message = template.render(request({ internal }));
    expect(JSON.stringify(message)).not.toContain("processor");
  });

  it("is never dropped by a template for an internal channel", async () => {
    const template = await templateOf("Words.");
    expect(failureOf(() => template.render(request({ internal }, INTERNAL)))).toMatchObject({
      blame: "setup",
      code: "TEMPLATE_IGNORES_INTERNAL",
      message: expect.stringMatching(/t\.md.*ops/),
    });
    expect(words(template, { internal })).toBe("Words.");
  });

  it("stands beside --short, which has no place for it", async () => {
    const template = await templateOf("{{ internal }}");
    const { short } = template.render(request({ internal, short: "Briefly." }, INTERNAL));
    expect(short).toBe("Briefly.\n\nThe card processor is down.\n\n- rollback at 10:00");
  });

  it("is checked like the message, and named", async () => {
    const template = await templateOf("Words. {{ internal }}");
    for (const audience of ["public", "internal"] as const) {
      const render = (text: string) =>
        failureOf(() => template.render(request({ internal: text }, { audience })));
      expect(render(" ")).toMatchObject({
        code: "MESSAGE_EMPTY",
        hint: expect.stringContaining("--internal"),
      });
      expect(render("![x](https://example.com/x.png)")).toMatchObject({
        code: "MESSAGE_HAS_IMAGE",
        message: expect.stringContaining("internal message"),
      });
    }
  });

  it("is a name that --set cannot take", async () => {
    const template = await templateOf("x");
    expect(failureOf(() => template.render(request({ set: { internal: "x" } })))).toMatchObject({
      code: "SET_RESERVED",
    });
  });
});

describe("words without the approval that they need", () => {
  const brokenGlass = "status@example.com: *nobody* answers <!channel>\nBcc: all";

  it("say so first to colleagues, by whom and why, as literal text", async () => {
    const template = await templateOf("Words.");
    const message = template.render(request({ brokenGlass }, INTERNAL));
    expect(message.body[0]).toEqual({
      type: "paragraph",
      children: [
        { type: "strong", children: [{ type: "text", text: "Said without the approval that it needs." }] },
        { type: "text", text: " status@example.com: *nobody* answers <!channel> Bcc: all" },
      ],
    });
    expect(message.short).toMatch(
      /^Said without the approval that it needs\.\n\nWords\.\n\nstatus@example\.com: /,
    );
    expect(message.subject).not.toContain("approval");
  });

  it("say nothing of it to customers", async () => {
    const template = await templateOf("Words.");
    expect(template.render(request({ brokenGlass }))).toEqual(template.render(request()));
  });

  it("are a rehearsal first where they are one", async () => {
    const template = await templateOf("Words.");
    const text = words(template, { brokenGlass, drill: true }, { ...INTERNAL, locale: "de" });
    expect(text).toMatch(/^DRILL – das ist eine Übung.*\n\nOhne die nötige Freigabe gesagt\. status@/);
  });
});

describe("a value that nobody is asked for", () => {
  it("may stay unsaid, also where it is a choice", async () => {
    const template = await templateOf(
      `---\nask:\n  works: { prompt: false }\n  data: { choices: ["no", "yes"], default: "" }\n---\nWords.{% if works %} {{ works }}{% endif %}{% if data == "no" %} No.{% endif %}`,
    );
    expect(template.ask.works).toMatchObject({ prompt: false, default: "" });
    expect(template.ask.data).toMatchObject({ prompt: true, default: "" });
    expect(words(template)).toBe("Words.");
    expect(words(template, { set: { data: "" } })).toBe("Words.");
    expect(words(template, { set: { data: "no", works: "All." } })).toBe("Words. All. No.");
    expect(failureOf(() => template.render(request({ set: { data: "perhaps" } })))).toMatchObject({
      code: "SET_NOT_A_CHOICE",
    });
  });

  it("must be a choice where the default is one", async () => {
    const template = await templateOf(`---\nask: { r: { choices: [us, eu], default: us } }\n---\n{{ r }}`);
    expect(failureOf(() => template.render(request({ set: { r: "" } })))).toMatchObject({
      code: "SET_NOT_A_CHOICE",
    });
  });
});
