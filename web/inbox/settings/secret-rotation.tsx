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
import { text } from '../text/text.ts'
import { learnChannel } from './channel-change.ts'
import { Card } from './page-parts.tsx'

/** Secrets that we make ourselves: shown once, when they are made anew. */
export function SecretRotation(props: {
  readonly channel: ChannelAdminView
  readonly fields: readonly ConfigField[]
}) {
  return props.fields
    .filter(({ kind, generated }) => kind === 'secret' && generated)
    .map((field) => <Rotation key={field.key} channel={props.channel} field={field} />)
}

function Rotation({ channel, field }: { readonly channel: ChannelAdminView; readonly field: ConfigField }) {
  const [asking, setAsking] = useState(false)
  const rotate = useMutation({
    mutationFn: () => api.rotateSecret(channel.id, field.key, channel.version),
    onSuccess: (made) => learnChannel(made.channel),
    onError: tellError,
  })
  return (
    <Card title={field.label} hint={field.help}>
      {rotate.data ? (
        <>
          <p>{text.channels.rotated}</p>
          <CopyBox value={rotate.data.value} label={field.label} />
        </>
      ) : (
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} />}
          loading={rotate.isPending}
          onClick={() => setAsking(true)}
        >
          {text.channels.rotate}
        </Button>
      )}
      <ConfirmDialog
        opened={asking}
        danger
        title={text.channels.rotateTitle}
        question={text.channels.rotateQuestion}
        action={text.channels.rotate}
        onConfirm={() => rotate.mutate()}
        onClose={() => setAsking(false)}
      />
    </Card>
  )
}
