/**
 * By what ids Slack knows the files of a message. It gives them before the files are shown, so where the answer to the
 * showing is lost they tell for certain which message it became. They live as long as this process.
 */

/** Of the last messages with files, by our ids. */
const shown = new Map<string, readonly string[]>()
const MOST_KNOWN = 1_000

/** The files of a message are about to be shown; those of an earlier attempt count, too. */
export function noteShown(messageId: string, fileIds: readonly string[]): void {
  const [oldest] = shown.keys()
  if (shown.size >= MOST_KNOWN && oldest !== undefined) shown.delete(oldest)
  shown.set(messageId, [...(shown.get(messageId) ?? []), ...fileIds])
}

/** @returns undefined of a message whose files another process, or nobody, has laid down */
export const shownFilesOf = (messageId: string): ReadonlySet<string> | undefined => {
  const ids = shown.get(messageId)
  return ids && new Set(ids)
}
