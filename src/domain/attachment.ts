/** The longest file name kept for display, in UTF-16 units. */
export const ATTACHMENT_NAME_LENGTH = 255

/**
 * A sender's file name made fit for display and for a header: control, format and bidirectional-override characters
 * and path separators become spaces; never used as a path.
 */
export function displayNameOf(name: string): string {
  const clean = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}/\\]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  if (clean === '' || clean === '.' || clean === '..') return 'file'
  return clean.length <= ATTACHMENT_NAME_LENGTH ? clean : shortened(clean)
}

function shortened(name: string): string {
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : ''
  const start = name.slice(0, ATTACHMENT_NAME_LENGTH - extension.length - 2)
  // The cut may have gone through a pair of surrogates.
  return `${start.replace(/[\uD800-\uDBFF]$/, '')}…${extension}`
}
