/**
 * Bounds what live clients of customers may ask: anybody can be one, as often as he likes. Each throws AppError
 * `rate-limited` beyond its rate.
 */
export interface VisitorLimits {
  /** A page or a frame asks without saying who it is. */
  takeAddress(address: string): Promise<void>
  /** A new visitor, or one who comes back. */
  takeSession(address: string): Promise<void>
  /** A known visitor reads. */
  takeRead(visitor: string, address: string): Promise<void>
  /** A known visitor sends a file of at most so many bytes; counted for him, his address and the whole workspace. */
  takeUpload(visitor: string, address: string, bytes: number): Promise<void>
}
