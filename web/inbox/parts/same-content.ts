/** Whether two values say the same, in whatever order their members stand; a member that is undefined is none. */
export const sameContent = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other)

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
}
