/** Why another dashboard could not be read, in a few plain words and none of the dashboard's own: `answered 503`. */
export class SourceFault extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "SourceFault";
  }
}
