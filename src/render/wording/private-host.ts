import { anyOf, apart, escapeForPattern, phrasesIn, spans } from "./phrases.ts";
import type { Hit, TextRule } from "./rule.ts";

const HOST = "(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){1,8}";
const NOT_MORE = "(?![a-z0-9_-]|\\.[a-z0-9])";
const BEFORE = "(?<![\\w.-])";

const PRIVATE_ENDS = ["local", "internal", "corp", "lan", "intranet", "localdomain", "home\\.arpa"];
const RESERVED = new RegExp(`${BEFORE}${HOST}(?:${PRIVATE_ENDS.join("|")})${NOT_MORE}`, "gi");
const KUBERNETES = new RegExp(`${BEFORE}${HOST}svc(?:\\.cluster(?:\\.local)?)?${NOT_MORE}`, "gi");
const LOCALHOST = anyOf("localhost(?::\\d{1,5})?");

/** Labels of names that are for ourselves, whatever domain they stand in. */
const OWN_LABELS = "internal|intranet|lan|prod|prd|stg|staging|uat|preprod";
/** Where a host's name may begin: behind `//`, and not within a path or an address of mail. */
const NAME_BEGINS = "(?<![\\w.@%-])(?<!(?<!/)/)";
/** The rest of a name, two labels at least, so that `db-01.csv` is none. */
const DOMAIN = "(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){1,6}\\.[a-z]{2,18}(?![a-z0-9_-]|\\.[a-z0-9])";
/** What is numbered behind the scenes only. A name server, a mail server, a game's or a customer's host is known by its number. */
const BEHIND =
  "db|sql|mysql|postgres|psql|pg|mongo|redis|memcached?|kafka|rabbit|mq|ldap|nfs|k8s|kube|etcd|bastion";
/** Numbered behind the scenes as well where the number is written 03. */
const BEHIND_TOO =
  "haproxy|nginx|prod|prd|stg|staging|uat|preprod|qa|cache|queue|worker|replica|standby|primary|slave|jump";

/** Words that stand in names of machines and hardly anywhere else. */
const MACHINE =
  "db|sql|mysql|postgres|psql|pg|mongo|redis|memcached?|kafka|rabbit|mq|srv|vm|lb|haproxy|nginx|gw|fw|smtp|mx|dns|ns|ldap|nfs|k8s|kube|etcd|bastion|prod|prd|stg|staging|uat|preprod|qa";
/** Words that products and parts of a site have in their names as well; they need a number such as 03. */
const PART =
  "web|www|app|api|cache|queue|worker|node|host|server|proxy|gateway|mail|nas|es|elastic|search|master|primary|replica|standby|slave|jump|build|ci|batch|auth|pay|payments?|checkout|vault|dev|int|live|stage|production";
const WORD = "[a-z0-9]{1,20}";
const holding = (words: string) => `(?=[a-z0-9-]{0,60}(?<![a-z0-9])(?:${words})(?![a-z]))`;
const SERVERS = [
  // mysql-replica-7, prod-eu-db-1
  new RegExp(
    `(?<![\\w./-])${holding(MACHINE)}[a-z][a-z0-9]{0,19}(?:-${WORD}){1,4}-\\d{1,4}[a-z]?(?![\\w-]|\\.\\w)`,
    "g",
  ),
  // web-eu-03
  new RegExp(
    `(?<![\\w./-])${holding(PART)}[a-z][a-z0-9]{0,19}(?:-${WORD}){1,4}-0\\d{1,2}[a-z]?(?![\\w-]|\\.\\w)`,
    "g",
  ),
  // web-03, db01
  new RegExp(`(?<![\\w./-])(?:${PART}|${MACHINE})-?0\\d{1,2}(?![\\w-]|\\.\\w)`, "g"),
  // prod-db, db-prod2
  new RegExp(
    `(?<![\\w./-])(?:(?:prod|prd|stg|staging|uat|preprod|qa|dev)-(?:${PART}|${MACHINE})|(?:${PART}|${MACHINE})-(?:prod|prd|stg|staging|uat|preprod))\\d{0,3}(?![\\w-]|\\.\\w)`,
    "g",
  ),
  // db-01.internal.example.com, kafka-2.eu.example.net, cache-eu-03.example.com
  new RegExp(
    `${NAME_BEGINS}(?:(?:${BEHIND})-?\\d{1,3}|${holding(`${BEHIND}|${BEHIND_TOO}`)}[a-z][a-z0-9]{0,19}(?:-${WORD}){0,4}?-?0\\d{1,2})[a-z]?${DOMAIN}`,
    "gi",
  ),
  // shop.internal.example.com, prod.example.com; what is called www or status is for the public wherever it stands
  new RegExp(`${NAME_BEGINS}(?!(?:www|status)\\.)(?:${HOST})?(?:${OWN_LABELS})${DOMAIN}`, "gi"),
  // A pod of a deployment, and a machine by the cloud's own name for it.
  /(?<![\w./-])[a-z][a-z0-9-]{1,50}-(?=[a-f0-9]{0,9}\d)[a-f0-9]{8,10}-[a-z0-9]{5}(?![\w-])/g,
  /(?<![\w.-])(?:ip(?:-\d{1,3}){4}|i-[0-9a-f]{17})(?![\w-])/g,
];

export const privateHost: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }, _wording, { hosts }): Hit[] => {
    const own = hosts
      .map((host) => host.trim().replace(/^\*?\.{0,1}/, ""))
      .filter((host) => host !== "")
      .map((host) => new RegExp(`${BEFORE}(?:${HOST})?${escapeForPattern(host)}${NOT_MORE}`, "gi"));
    return apart([
      ...spans(text, RESERVED, KUBERNETES, ...SERVERS, ...own),
      ...phrasesIn(text, LOCALHOST),
    ]).map((span) => ({
      ...span,
      reason: "This names a machine of ours: customers cannot reach it, and attackers like to know it.",
      better: "Name the part that customers know, such as the checkout or the search.",
    }));
  },
};
