/**
 * Encrypts what must be read again: channel secrets, second-factor secrets, kept answers. `context` names the record
 * and field; a sealed text moved to another record does not open.
 */
export interface SecretBox {
  seal(plain: string, context: string): string
  /** @throws Error when the text was changed, belongs elsewhere or was sealed with another key */
  open(sealed: string, context: string): string
  /** A key of its own for another purpose, such as signing cookies. 32 bytes. */
  derive(purpose: string): Buffer
}
