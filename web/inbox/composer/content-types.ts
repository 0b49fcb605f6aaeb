/** Whether a content type is among patterns such as `image/png` and `image/*`. */
export const isOneOf = (patterns: readonly string[], contentType: string): boolean =>
  patterns.some((allowed) =>
    allowed.endsWith('/*') ? contentType.startsWith(allowed.slice(0, -1)) : allowed === contentType,
  )
