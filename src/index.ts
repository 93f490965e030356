export type { Clock } from "./base/clock.ts";
export { type Blame, StatusError } from "./base/errors.ts";
export {
  type About,
  type AnnounceOptions,
  type CorrectOptions,
  type CreateOptions,
  createStatus,
  type ExtendOptions,
  type FollowUpOptions,
  type ResolveOptions,
  type RetryOptions,
  type ScheduleOptions,
  type StartOptions,
  type Status,
  type StatusEvent,
  type UpdateOptions,
  type WorkOptions,
} from "./status/create-status.ts";
export type { Check, DoctorDocument } from "./status/doctor.ts";
export type {
  BroadcastDocument,
  DeliveryDocument,
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
export type { DeliveryEvent, MailingEvent, PlannedEvent, RemarkEvent } from "./status/events.ts";
export type { ComponentOption, Duration } from "./status/options.ts";
export type { PlanOptions } from "./status/say.ts";
