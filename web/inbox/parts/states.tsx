import { Button } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { text } from '../text/text.ts'
import css from './states.module.css'

/** A pane with nothing in it, and what to do about that. */
export function EmptyState(props: {
  readonly icon: ReactNode
  readonly title: string
  readonly hint: ReactNode
  readonly children?: ReactNode
}) {
  return (
    <div className={css['state']}>
      <span className={css['icon']} aria-hidden>
        {props.icon}
      </span>
      <p className={css['title']}>{props.title}</p>
      <p className={css['hint']}>{props.hint}</p>
      {props.children}
    </div>
  )
}

/** A pane that could not be loaded. */
export function ErrorState({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  return (
    <div className={css['state']} role="alert">
      <span className={css['icon']} aria-hidden>
        <IconAlertTriangle size={22} stroke={1.6} />
      </span>
      <p className={css['title']}>{text.general.loadFailed}</p>
      <p className={css['hint']}>{error instanceof Error ? error.message : text.general.loadFailedHint}</p>
      <Button variant="default" size="xs" leftSection={<IconRefresh size={14} />} onClick={onRetry}>
        {text.general.retry}
      </Button>
    </div>
  )
}

/** Grey lines where rows will be. */
export function SkeletonRows({ rows, avatar = true }: { readonly rows: number; readonly avatar?: boolean }) {
  return (
    <div className={css['skeletons']} aria-hidden>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={css['skeleton']}>
          {avatar && <span className={css['disc']} />}
          <span className={css['lines']}>
            <span className={css['bar']} data-width={index % 3} />
            <span className={css['bar']} data-width={(index + 1) % 3} data-faint />
          </span>
        </div>
      ))}
    </div>
  )
}
