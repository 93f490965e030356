export type { Clock } from "./base/clock.ts";
export { type Blame, StatusError } from "./base/errors.ts";
export { createStatus, type Status, type StatusEvent } from "./status/create-status.ts";
export type {
  BroadcastDocument,
  Check,
  DeliveryDocument,
  DoctorDocument,
  DueDocument,
  DueEntry,
  FollowUpDocument,
  FollowUpsDocument,
  IncidentDocument,
  ListDocument,
  NothingDocument,
  PlannedDelivery,
  PreviewDocument,
  RetryPreviewDocument,
  ShowDocument,
} from "./status/documents.ts";
export type {
  About,
  AnnounceOptions,
  CorrectOptions,
  CreateOptions,
  ExtendOptions,
  FollowUpOptions,
  ResolveOptions,
  RetryOptions,
  ScheduleOptions,
  StartOptions,
  UpdateOptions,
  WorkOptions,
} from "./status/door.ts";
export type { DeliveryEvent, MailingEvent, PlannedEvent, RemarkEvent } from "./status/events.ts";
export type { ComponentOption, Duration, PlanOptions } from "./status/options.ts";
