/** What this folder writes its log to; a pino logger fits. */
export interface RealtimeLog {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
