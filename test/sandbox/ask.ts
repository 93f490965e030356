import http from "node:http";

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** The answer as JSON; null where it is none. */
  readonly body: Record<string, unknown> & { readonly [key: string]: unknown };
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, URLSearchParams as a form. */
  readonly body?: unknown;
}

/** One request over node:http, on a connection of its own. Rejects as the socket does. */
export function ask(url: string, question: Question = {}): Promise<Reply> {
  const { body, method = body === undefined ? "GET" : "POST" } = question;
  const form = body instanceof URLSearchParams;
  const sent =
    body === undefined ? "" : form || typeof body === "string" ? String(body) : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(url, {
      method,
      agent: false,
      headers: {
        ...(body === undefined
          ? {}
          : {
              "content-type": form ? "application/x-www-form-urlencoded" : "application/json",
            }),
        ...question.headers,
      },
    });
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: parse(text),
        });
      });
    });
    request.end(sent);
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Walks into nested JSON: `dig(body, "data", "id")`, `dig(body, "messages", 0, "ts")`. */
export function dig(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (held, key) =>
      typeof held === "object" && held !== null ? (held as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}
