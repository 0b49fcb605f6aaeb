import { Button } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConfigField } from '../../../src/contract/config-field.ts'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import { api } from '../data/client.ts'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { CopyBox } from '../parts/copy-box.tsx'
import { tellError } from '../shell/toasts.ts'
import { settingsText } from '../text/settings-text.ts'
import { learnChannel } from './channel-change.ts'
import { Card } from './page-parts.tsx'
import css from './rows.module.css'

/** Secrets that we make ourselves: shown once, when they are made anew. */
export function SecretRotation(props: {
  readonly channel: ChannelAdminView
  readonly fields: readonly ConfigField[]
}) {
  const made = props.fields.filter(({ kind, generated }) => kind === 'secret' && generated)
  if (made.length === 0) return null
  return (
    <Card flush title={settingsText.channels.secrets} hint={settingsText.channels.secretsHint}>
      <ul className={css['rows']}>
        {made.map((field) => (
          <li key={field.key} className={css['row']}>
            <Rotation channel={props.channel} field={field} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Rotation({ channel, field }: { readonly channel: ChannelAdminView; readonly field: ConfigField }) {
  const [asking, setAsking] = useState(false)
  const rotate = useMutation({
    mutationFn: () => api.rotateSecret(channel.id, field.key, channel.version),
    onSuccess: (made) => learnChannel(made.channel),
    onError: tellError,
  })
  return (
    <>
      <span className={css['words']}>
        <span className={css['name']}>{field.label}</span>
        <span className={css['detail']}>{rotate.data ? settingsText.channels.rotated : field.help}</span>
        {rotate.data && <CopyBox value={rotate.data.value} label={field.label} />}
      </span>
      {!rotate.data && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={16} />}
          loading={rotate.isPending}
          onClick={() => setAsking(true)}
        >
          {settingsText.channels.rotate}
        </Button>
      )}
      <ConfirmDialog
        opened={asking}
        danger
        title={settingsText.channels.rotateTitle}
        question={settingsText.channels.rotateQuestion}
        action={settingsText.channels.rotate}
        onConfirm={() => rotate.mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  )
}
