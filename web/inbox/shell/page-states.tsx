import { Button } from '@mantine/core'
import { IconCompass, IconRipple } from '@tabler/icons-react'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { EmptyState } from '../parts/states.tsx'
import { text } from '../text/text.ts'

/** A page that failed while drawing or loading. */
export function PageBroke({ error }: ErrorComponentProps) {
  return (
    <EmptyState
      icon={<IconRipple size={24} stroke={1.6} />}
      title={text.general.pageBrokeTitle}
      hint={error instanceof Error ? error.message : text.general.pageBrokeHint}
    >
      <Button onClick={() => window.location.reload()}>{text.general.reload}</Button>
    </EmptyState>
  )
}

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <EmptyState
      icon={<IconCompass size={24} stroke={1.6} />}
      title={text.general.notFoundTitle}
      hint={text.general.notFoundHint}
    >
      <Button component="a" href="/" variant="default">
        {text.general.toInbox}
      </Button>
    </EmptyState>
  )
}
