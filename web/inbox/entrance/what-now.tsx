import { Button } from '@mantine/core'
import { IconArrowRight, IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../data/client.ts'
import { channelsQuery } from '../data/queries.ts'
import { CopyBox } from '../parts/copy-box.tsx'
import { text } from '../text/text.ts'
import { EntranceCard } from './entrance-card.tsx'
import css from './what-now.module.css'

/** What a new owner does next. */
export function WhatNow() {
  const channels = useQuery(channelsQuery)
  const first = channels.data?.[0]?.id
  const channel = useQuery({
    queryKey: ['channel', first],
    queryFn: () => api.channel(first ?? ''),
    enabled: first !== undefined,
  })
  const snippet = channel.data?.snippet
  return (
    <EntranceCard title={text.entrance.readyTitle} hint={text.entrance.readyHint} wide>
      <ol className={css['steps']}>
        {snippet && (
          <li>
            <h2>{text.entrance.readySnippet}</h2>
            <p>{text.entrance.readySnippetHint}</p>
            <CopyBox value={snippet} label={text.entrance.readySnippet} />
          </li>
        )}
        <li>
          <h2>{text.entrance.readyDemo}</h2>
          <p>{text.entrance.readyDemoHint}</p>
          <Button
            component="a"
            href="/demo"
            target="_blank"
            rel="noopener"
            variant="default"
            rightSection={<IconExternalLink size={16} />}
          >
            /demo
          </Button>
        </li>
        <li>
          <h2>{text.entrance.readyInbox}</h2>
          <p>{text.entrance.readyInboxHint}</p>
          <Button component={Link} to="/" rightSection={<IconArrowRight size={16} />}>
            {text.general.toInbox}
          </Button>
        </li>
      </ol>
    </EntranceCard>
  )
}
