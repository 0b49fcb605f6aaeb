import { Button } from '@mantine/core'
import { IconChevronDown, IconMessages } from '@tabler/icons-react'
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
  /** In one line with others: the channel is not named. */
  readonly short?: boolean
}) {
  const { short = false, ...menu } = props
  const button = <AnswerByButton channel={props.channel} short={short} />
  return (
    <span className={css['answer-by']}>
      <OnDemand trigger={button}>
        <AnswerByMenu {...menu} trigger={button} />
      </OnDemand>
    </span>
  )
}

function AnswerByButton({
  channel,
  short,
  ref,
  ...rest
}: {
  readonly channel: ChannelView
  readonly short: boolean
  readonly ref?: React.Ref<HTMLButtonElement>
  readonly onClick?: () => void
}) {
  const words = messengerText.answerBy
  if (short) {
    return (
      <Button
        {...rest}
        ref={ref ?? null}
        size="xs"
        variant="subtle"
        color="gray"
        className={css['short'] ?? ''}
        aria-label={`${words.menu} ${channel.name}`}
        leftSection={<IconMessages size={16} />}
        rightSection={<IconChevronDown size={13} stroke={2} />}
      >
        <span className={css['short-word']}>{words.menu}</span>
      </Button>
    )
  }
  return (
    <Button
      {...rest}
      ref={ref ?? null}
      size="compact-xs"
      variant="subtle"
      color="gray"
      rightSection={<IconChevronDown size={13} stroke={2} />}
    >
      <span className={css['by']}>{words.menu}</span> <bdi className={css['via']}>{channel.name}</bdi>
    </Button>
  )
}
