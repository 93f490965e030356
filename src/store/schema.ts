import { setupError } from "../base/errors.ts";

type Engine = "sqlite" | "postgres";

/** Words that every engine understands; where there are none, those of each. */
type Step = string | Readonly<Record<Engine, readonly string[]>>;

const ONLY_ADDED_TO = "the journal is only ever added to";

/** Forward only: each entry takes the schema from its index to the next. Never change one that was released. */
export const MIGRATIONS: readonly (readonly Step[])[] = [
  [
    `create table incidents (
       id text primary key, type text not null, title text not null, phase text not null, impact text not null,
       components text not null, started_at text not null, acknowledged_at text, resolved_at text,
       next_update_at text, created_at text not null)`,
    `create table updates (
       id text primary key, incident_id text not null references incidents (id), number integer not null,
       verb text not null, template text not null, key text unique, inputs text not null, author text not null,
       at text not null, standing text not null, unique (incident_id, number))`,
    `create table deliveries (
       id text primary key, incident_id text not null references incidents (id),
       update_id text not null references updates (id), update_number integer not null,
       channel text not null, kind text not null, required integer not null, audience text not null,
       position integer not null, part text not null, state text not null, reason text, post text, subject text not null, receipt text,
       verification text, error text, attempts integer not null default 0, first_attempt_at text,
       last_attempt_at text, sent_at text, elapsed_ms integer, owner text, lease_until text,
       unique (update_id, channel, part), unique (incident_id, update_number, channel, part))`,
    `create table attempts (
       delivery_id text not null references deliveries (id), number integer not null, owner text not null,
       place text not null, started_at text not null, ended_at text, outcome text, error text,
       primary key (delivery_id, number))`,
    "create table leases (name text primary key, owner text, until text, revision integer not null)",
    "create index deliveries_by_channel on deliveries (channel, incident_id, update_number)",
  ],
  [
    "alter table deliveries add column effect text not null default 'post'",
    "alter table deliveries add column target text references deliveries (id)",
  ],
  [
    "alter table incidents add column ends_at text",
    "alter table incidents add column automatic integer not null default 0",
    "alter table incidents add column long integer not null default 0",
    "alter table updates add column keeps integer",
    "create unique index promises_kept on updates (incident_id, keeps)",
    `create table readings (
       url text primary key, tried_at text not null, read_at text, fault text, report text)`,
    // The page counts what it has told of every incident; the index spares it the posts themselves.
    "drop index deliveries_by_channel",
    "create index deliveries_by_channel on deliveries (channel, incident_id, update_number, state, effect)",
    "create index removals on deliveries (channel, incident_id) where effect = 'remove'",
    "create index postmortems on updates (incident_id) where template = 'postmortem'",
    "create index deliveries_by_update on deliveries (update_id)",
    "create index deliveries_unheard on deliveries (incident_id) where state not in ('sent', 'skipped', 'superseded')",
    `create table reminders (
       incident_id text not null references incidents (id), promise text not null, kind text not null,
       channel text not null, state text not null, at text not null, receipt text, error text,
       primary key (incident_id, promise, kind, channel))`,
  ],
  [
    `create table mailings (
       delivery_id text primary key references deliveries (id), number integer not null unique,
       channel text not null, collected integer not null default 0, entries integer not null default 0, beginning text)`,
    `create table chunks (
       mailing integer not null, number integer not null, first integer not null, last integer not null,
       token integer not null default 0, session text, doing text, in_flight integer, reached integer not null default 0,
       planned integer not null, sent integer not null default 0, waiting integer not null default 0,
       refused integer not null default 0, unknown integer not null default 0, suppressed integer not null default 0,
       invalid integer not null default 0, again_at text, primary key (mailing, number))`,
    `create table recipients (
       mailing integer not null, number integer not null, mailbox text not null, address text not null, name text,
       locale text, unsubscribe text, state text not null, tries integer not null default 0,
       token integer not null default 0, error text, primary key (mailing, number))`,
    "create unique index mailboxes on recipients (mailing, mailbox)",
    `create table suppressions (
       channel text not null, mailbox text not null, reason text not null, reading text, at text not null,
       primary key (channel, mailbox))`,
  ],
  [
    "alter table incidents add column security integer not null default 0",
    `create table plans (
       hash text primary key, document text not null, incident_id text not null, verb text not null, author text not null,
       at text not null, expires_at text not null)`,
    `create table journal (
       id text primary key, at text not null, author text not null, act text not null, incident_id text, update_id text,
       plan text, what text, reason text, proof text)`,
    "create index journal_by_incident on journal (incident_id)",
    "create index journal_by_plan on journal (plan)",
    {
      sqlite: [
        `create trigger journal_unchanged before update on journal begin select raise(abort, '${ONLY_ADDED_TO}'); end`,
        `create trigger journal_undeleted before delete on journal begin select raise(abort, '${ONLY_ADDED_TO}'); end`,
        // To insert "or replace" deletes as well, and asks no trigger that watches deletions.
        `create trigger journal_unreplaced before insert on journal when exists (select 1 from journal where id = new.id)
         begin select raise(ignore); end`,
      ],
      postgres: [
        `create function refuse_change() returns trigger language plpgsql as
         'begin raise exception ''${ONLY_ADDED_TO}''; end'`,
        `create trigger journal_unchanged before update or delete or truncate on journal
         for each statement execute function refuse_change()`,
      ],
    },
    `create table actions (
       id text primary key, incident_id text, text text not null, owner text, due_at text, public integer not null,
       added_at text not null, done_at text)`,
    "create index actions_by_incident on actions (incident_id)",
  ],
];

/** What brings a ledger of this version to this program's schema. Throws setupError where a newer program has written it. */
export function stepsFrom(version: number, engine: Engine): readonly string[] {
  if (version > MIGRATIONS.length)
    throw setupError(
      "LEDGER_NEWER",
      `The ledger was written by a newer version of status (schema ${version}; this one knows ${MIGRATIONS.length}).`,
      "Update status, or name another ledger with `store:`.",
    );
  return MIGRATIONS.slice(version)
    .flat()
    .flatMap((step) => (typeof step === "string" ? step : step[engine]));
}
