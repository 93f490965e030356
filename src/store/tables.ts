import type { Generated } from "kysely";

/** Instants are ISO 8601 in UTC with milliseconds; structures are JSON text. */
export interface Tables {
  incidents: IncidentTable;
  updates: UpdateTable;
  deliveries: DeliveryTable;
  attempts: AttemptTable;
  leases: LeaseTable;
  readings: ReadingTable;
  reminders: ReminderTable;
  mailings: MailingTable;
  chunks: ChunkTable;
  recipients: RecipientTable;
  suppressions: SuppressionTable;
  plans: PlanTable;
  journal: JournalTable;
  actions: ActionTable;
}

export interface IncidentTable {
  id: string;
  type: string;
  title: string;
  phase: string;
  impact: string;
  components: string;
  started_at: string;
  ends_at: string | null;
  automatic: number;
  long: number;
  security: Generated<number>;
  acknowledged_at: string | null;
  resolved_at: string | null;
  next_update_at: string | null;
  created_at: string;
}

export interface UpdateTable {
  id: string;
  incident_id: string;
  number: number;
  verb: string;
  template: string;
  key: string | null;
  inputs: string;
  author: string;
  at: string;
  keeps: number | null;
  standing: string;
}

export interface DeliveryTable {
  id: string;
  incident_id: string;
  update_id: string;
  update_number: number;
  channel: string;
  kind: string;
  required: number;
  audience: string;
  /** Where it stands among the deliveries of its update: the order of the configuration. */
  position: number;
  part: string;
  /** `post`, `amend` or `remove`. */
  effect: Generated<string>;
  /** The delivery whose post is amended or removed. */
  target: string | null;
  state: string;
  reason: string | null;
  post: string | null;
  subject: string;
  receipt: string | null;
  verification: string | null;
  error: string | null;
  attempts: Generated<number>;
  first_attempt_at: string | null;
  last_attempt_at: string | null;
  sent_at: string | null;
  elapsed_ms: number | null;
  owner: string | null;
  lease_until: string | null;
}

export interface AttemptTable {
  delivery_id: string;
  number: number;
  owner: string;
  place: string;
  started_at: string;
  ended_at: string | null;
  outcome: string | null;
  error: string | null;
}

export interface LeaseTable {
  name: string;
  owner: string | null;
  until: string | null;
  revision: number;
}

/** What another dashboard said when it was last read. */
export interface ReadingTable {
  url: string;
  tried_at: string;
  read_at: string | null;
  fault: string | null;
  report: string | null;
}

/** One note to colleagues on one channel. The key makes it the only one. */
export interface ReminderTable {
  incident_id: string;
  promise: string;
  kind: string;
  channel: string;
  state: string;
  at: string;
  receipt: string | null;
  error: string | null;
}

/** A delivery to a list. */
export interface MailingTable {
  delivery_id: string;
  /** A short name for its many rows. */
  number: number;
  channel: string;
  /** 1 when the list was read to its end. */
  collected: Generated<number>;
  /** How many of the list's entries were taken up, and a digest of them. */
  entries: Generated<number>;
  beginning: Generated<string | null>;
}

/** The recipients `first` to `last`, sent to in order by one connection at a time. */
export interface ChunkTable {
  mailing: number;
  number: number;
  first: number;
  last: number;
  /** Rises with every claim. */
  token: Generated<number>;
  /** The lease of the process that sends it; null while nobody does. */
  session: string | null;
  /** The state of those that are being sent to: all of them before `in_flight` have been reached, save what their rows say. */
  doing: string | null;
  /** Who is being sent to, or was when the sender died. */
  in_flight: number | null;
  /** How many were reached since it was claimed; counted in `sent` when it is released. */
  reached: Generated<number>;
  planned: number;
  sent: Generated<number>;
  waiting: Generated<number>;
  refused: Generated<number>;
  unknown: Generated<number>;
  suppressed: Generated<number>;
  invalid: Generated<number>;
  /** When those that wait are due again. */
  again_at: string | null;
}

export interface RecipientTable {
  mailing: number;
  number: number;
  /** The address in lower case: one mailbox hears once. */
  mailbox: string;
  address: string;
  name: string | null;
  locale: string | null;
  unsubscribe: string | null;
  state: string;
  /** How often the server has said "later". */
  tries: Generated<number>;
  /** The chunk's token when this row's outcome was written. */
  token: Generated<number>;
  error: string | null;
}

/** Who must hear nothing more on a channel. */
export interface SuppressionTable {
  channel: string;
  mailbox: string;
  reason: string;
  /** The reading of the channel's own list that it comes from; null where a server said that the mailbox is not there. */
  reading: string | null;
  at: string;
}

/** An update that was composed and not said yet. */
export interface PlanTable {
  hash: string;
  document: string;
  incident_id: string;
  verb: string;
  author: string;
  at: string;
  expires_at: string;
}

/** Who did what; only ever added to. */
export interface JournalTable {
  id: string;
  at: string;
  author: string;
  act: string;
  incident_id: string | null;
  update_id: string | null;
  plan: string | null;
  what: string | null;
  reason: string | null;
  proof: string | null;
}

/** What was promised after an incident. */
export interface ActionTable {
  id: string;
  incident_id: string | null;
  text: string;
  owner: string | null;
  due_at: string | null;
  public: number;
  added_at: string;
  done_at: string | null;
}
