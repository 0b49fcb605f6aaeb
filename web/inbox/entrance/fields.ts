import type { ProblemError } from '../../shared/problem.ts'
import { text } from '../text/text.ts'

/** Shortest password the forms let through; the server judges for itself. */
const SHORTEST_PASSWORD = 10

/** What is wrong with a text that may not be empty. */
export const required = (value: string): string | null =>
  value.trim() === '' ? text.entrance.required : null

/** What is wrong with an address. */
export const emailAddress = (value: string): string | null =>
  /^[^\s@]+@[^\s@]+$/.test(value.trim()) ? null : text.entrance.emailWrong

/** What is wrong with a new password. */
export const newPassword = (value: string): string | null =>
  value.length < SHORTEST_PASSWORD ? text.entrance.passwordShort : null

/** The server's complaints, by field. */
export const fieldErrors = ({ problem, message }: ProblemError): Record<string, string> =>
  problem.errors
    ? Object.fromEntries(problem.errors.map(({ field, message: words }) => [field, words]))
    : problem.field
      ? { [problem.field]: message }
      : {}

/** The one-time token of a link; it stands behind the `#` so that it never reaches a log. */
export const tokenOfLink = (): string | undefined =>
  new URLSearchParams(window.location.hash.replace(/^#/, '')).get('token') ?? undefined
