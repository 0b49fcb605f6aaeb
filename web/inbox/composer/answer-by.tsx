import { Button } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { lazy } from 'react'
import type { ChannelView, ConversationView } from '../../../src/domain/views.ts'
import { OnDemand } from '../parts/on-demand.tsx'
import { messengerText } from '../text/messenger-text.ts'
import type { Carried } from './carry-over.ts'
import css from './composer.module.css'

const AnswerByMenu = lazy(() =>
  import('./answer-by-menu.tsx').then((module) => ({ default: module.AnswerByMenu })),
)

/** By which channel the answer goes; another one may be chosen, and what is written goes along. */
export function AnswerBy(props: {
  readonly conversation: ConversationView
  readonly channel: ChannelView
  /** What goes along. */
  readonly carry: () => Carried
}) {
  return (
    <span className={css['answer-by']}>
      <OnDemand trigger={<AnswerByButton channel={props.channel} />}>
        <AnswerByMenu {...props} trigger={<AnswerByButton channel={props.channel} />} />
      </OnDemand>
    </span>
  )
}

export function AnswerByButton({
  channel,
  ref,
  ...rest
}: {
  readonly channel: ChannelView
  readonly ref?: React.Ref<HTMLButtonElement>
  readonly onClick?: () => void
}) {
  return (
    <Button
      {...rest}
      ref={ref ?? null}
      size="compact-xs"
      variant="subtle"
      color="gray"
      rightSection={<IconChevronDown size={13} stroke={2} />}
    >
      <span className={css['by']}>{messengerText.answerBy.menu}</span>{' '}
      <bdi className={css['via']}>{channel.name}</bdi>
    </Button>
  )
}
