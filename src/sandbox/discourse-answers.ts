import { type Answer, type AnsweredFault, type Call, json } from "./http-server.ts";

export function answerFault(fault: AnsweredFault, call: Call): Answer {
  switch (fault) {
    case "unauthorized":
      return badKey();
    case "refuse":
      return call.method === "GET" ? forbidden() : refused(["Sorry, you are not allowed to do this here"]);
    case "rate-limit":
      // Action limits answer JSON; the global limiter, which strikes reads, answers plain text.
      return call.method === "GET" ? tooManyCalls(25) : tooMany(25);
    case "server-error":
      return {
        status: 500,
        headers: { "content-type": "text/html" },
        body: "<html><h1>Oops</h1></html>",
      };
  }
}

/** The limiter of an API key, which answers plain text. */
export function tooManyCalls(seconds: number): Answer {
  return {
    status: 429,
    headers: {
      "content-type": "text/plain",
      "retry-after": String(seconds),
      "discourse-rate-limit-error-code": "admin_api_key_rate_limit",
    },
    body: `Slow down, too many requests from this API key.\nPlease retry again in ${seconds} seconds.\nError code: admin_api_key_rate_limit.`,
  };
}

export function tooMany(seconds: number): Answer {
  return json(
    429,
    {
      errors: [`You've performed this action too many times, please try again later.`],
      error_type: "rate_limit",
      extras: { wait_seconds: seconds, time_left: `${seconds} seconds` },
    },
    { "retry-after": String(seconds) },
  );
}

export function refused(errors: readonly string[]): Answer {
  return json(422, { action: "create_post", errors });
}

export function forbidden(): Answer {
  return json(403, {
    errors: ["You are not permitted to view the requested resource."],
    error_type: "invalid_access",
  });
}

export function badKey(): Answer {
  return json(403, {
    errors: ["You are not permitted to view the requested resource. The API username or key is invalid."],
    error_type: "invalid_access",
  });
}

export function notFound(): Answer {
  return json(404, {
    errors: ["The requested URL or resource could not be found."],
    error_type: "not_found",
  });
}
