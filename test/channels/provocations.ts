import type { Fate } from "../../src/channels/contract.ts";
import { deadAddress } from "../../src/conformance/loopback.ts";
import type { Arranged, Provocation, Settings, Trouble } from "../../src/conformance/provocations.ts";
import type { Sandbox } from "../../src/sandbox/world.ts";
import { type Script, startScript } from "./scripted-smtp.ts";

export * from "../../src/conformance/provocations.ts";

/** `settings.smtp` is the healthy server, with a login. */
export function overSmtp(
  sandbox: Sandbox,
  settings: Settings,
  secrets: readonly string[],
): Partial<Record<Trouble, Provocation>> {
  const healthy = new URL(String(settings.smtp));
  const login = `${healthy.username}:${healthy.password}@`;
  const at = (url: string) => ({ smtp: url.replace("//", `//${login}`) });
  const scripted = (script: Script, judge?: () => void) => async (): Promise<Arranged> => {
    const server = await startScript(script);
    return {
      settings: at(server.url),
      arrivals: () => server.connections,
      ...(judge === undefined ? {} : { judge }),
      lift: server.close,
    };
  };
  const said = (code: string) => `${code} ${secrets.join(" ")}`;
  const replied = (fate: Fate, script: Script, wait?: number | null): Provocation => ({
    fate,
    heard: 0,
    ...(wait === undefined ? {} : { wait }),
    arrange: scripted(script),
  });
  return {
    "a refused connection": {
      fate: "not-sent",
      heard: 0,
      arrange: async () => ({
        settings: at((await deadAddress()).replace("http:", "smtp:")),
        arrivals: () => 0,
        lift: () => undefined,
      }),
    },
    "a name that does not resolve": {
      fate: "not-sent",
      heard: 0,
      arrange: async () => ({
        settings: at("smtp://mail.invalid"),
        loopbackOnly: false,
        arrivals: () => 0,
        lift: () => undefined,
      }),
    },
    "an address elsewhere, in a drill": {
      fate: "refused",
      heard: 0,
      arrange: async () => ({
        settings: at("smtp://mail.example.com"),
        arrivals: () => 0,
        lift: () => undefined,
      }),
    },
    "a TLS handshake that fails": {
      fate: "not-sent",
      heard: 0,
      async arrange() {
        const server = await startScript({});
        return {
          settings: at(server.url.replace("smtp:", "smtps:")),
          arrivals: () => server.connections,
          lift: server.close,
        };
      },
    },
    "a connection cut before the body was read": replied("not-sent", { cutAt: "DATA" }),
    "a connection cut after the body was read": replied("unknown", { cutAt: "." }),
    "an accepted post whose answer is lost": {
      fate: "unknown",
      heard: 1,
      async arrange() {
        const before = sandbox.requests.length;
        sandbox.fault("email", "lost-answer");
        return {
          settings: {},
          arrivals: () => sandbox.requests.length - before,
          lift: () => sandbox.fault("email", null),
        };
      },
    },
    "no answer at all": replied("unknown", { silentAt: "." }),
    "an answer that comes byte by byte": replied("unknown", { dripFinal: true }),
    "an answer that breaks off": replied("unknown", { final: "25", cutAfterFinal: true }),
    "half an answer": replied("unknown", { final: "250-and then\r\n", cutAfterFinal: true }),
    "401": replied("refused", { replies: { AUTH: said("535 5.7.8") } }),
    "403": replied("refused", { replies: { MAIL: said("550 5.7.1") } }),
    "404": replied("refused", { replies: { RCPT: said("550 5.1.1") } }),
    "422": replied("refused", { final: said("554 5.6.0") }),
    "the vendor's own sign of too many requests": replied(
      "not-sent",
      { replies: { MAIL: said("450 4.7.1") } },
      null,
    ),
    "500": replied("not-sent", { final: said("451 4.3.0") }),
    "502 with a page of HTML": replied("unknown", {
      final: `<html>Bad Gateway ${secrets.join(" ")}</html>\r\n`,
      cutAfterFinal: true,
    }),
    "a redirect to another origin (307)": {
      fate: "refused",
      heard: 0,
      async arrange() {
        const elsewhere = await startScript({});
        const address = elsewhere.url.replace("smtp://", "");
        const arranged = await scripted({
          replies: { RCPT: `551 5.1.6 please try <announce@${address}>` },
        })();
        return {
          ...arranged,
          judge() {
            if (elsewhere.connections > 0) throw new Error("the other server was asked");
          },
          async lift() {
            await arranged.lift();
            elsewhere.close();
          },
        };
      },
    },
  };
}
