export type { Clock } from "./base/clock.ts";
export { type Blame, StatusError } from "./base/errors.ts";
export { createStatus, type Status, type StatusEvent } from "./status/create-status.ts";
export type {
  ApprovalDocument,
  BroadcastDocument,
  Check,
  DeliveryDocument,
  DoctorDocument,
  DueDocument,
  DueEntry,
  FollowUpDocument,
  FollowUpsDocument,
  IncidentDocument,
  LintDocument,
  ListDocument,
  NothingDocument,
  PagesDocument,
  PlannedDelivery,
  PreviewDocument,
  RecipientDocument,
  RetryPreviewDocument,
  ShowDocument,
} from "./status/documents.ts";
export type {
  About,
  AnnounceOptions,
  ApproveOptions,
  CorrectOptions,
  CreateOptions,
  ExtendOptions,
  FollowUpOptions,
  LintOptions,
  ListActionsOptions,
  LogOptions,
  RecipientsOptions,
  ReportOptions,
  ResolveOptions,
  RetryOptions,
  ScheduleOptions,
  StartOptions,
  UpdateOptions,
  WorkOptions,
  WritePageOptions,
} from "./status/door.ts";
export type { DeliveryEvent, MailingEvent, PlannedEvent, RemarkEvent } from "./status/events.ts";
export type {
  AddActionOptions,
  ComponentOption,
  Duration,
  PlanOptions,
  WhyOptions,
} from "./status/options.ts";
export type {
  ActionDocument,
  ActionsDocument,
  LogDocument,
  ReportDocument,
} from "./status/record-documents.ts";
