/** The mark: three streams that become one. */
export function LogoMark({
  size = 28,
  onDark = false,
}: {
  readonly size?: number
  readonly onDark?: boolean
}) {
  const main = onDark ? '#ffffff' : 'var(--accent)'
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      aria-hidden
      strokeLinecap="round"
      strokeWidth="3"
    >
      <path d="M5 5c0 9 11 6 11 16v7" stroke={onDark ? '#72c0c7' : 'var(--logo-left, #46a7b0)'} />
      <path d="M27 5c0 9-11 6-11 16" stroke={onDark ? '#b9e6e9' : 'var(--logo-right, #72c0c7)'} />
      <path d="M16 4v24" stroke={main} />
    </svg>
  )
}
