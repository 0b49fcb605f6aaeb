import { ActionIcon, Menu } from '@mantine/core'
import {
  IconAlignLeft,
  IconArrowBackUp,
  IconArrowBackUpDouble,
  IconArrowForwardUp,
  IconAt,
  IconDots,
  IconDownload,
  IconFileAlert,
  IconListDetails,
  IconTypography,
} from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import type { LetterView, MessageView } from '../../../src/domain/views.ts'
import { letterReportUrl, letterSourceUrl } from '../../shared/agent-api.ts'
import { letterText } from '../text/letter-text.ts'
import type { LetterForm } from './letter-choices.ts'
import { copyAddress } from './letter-recipients.tsx'
import type { LetterKind } from './reply-draft.ts'

const HeadersDialog = lazy(() =>
  import('./headers-dialog.tsx').then((module) => ({ default: module.HeadersDialog })),
)

const WAYS = [
  ['reply', letterText.reply, IconArrowBackUp],
  ['reply-all', letterText.replyAll, IconArrowBackUpDouble],
  ['forward', letterText.forward, IconArrowForwardUp],
] as const

/** Everything that can be done with one letter. */
export function LetterMenu(props: {
  readonly message: MessageView
  readonly letter: LetterView
  readonly form: LetterForm
  readonly onForm: (form: LetterForm) => void
  /** Absent for whoever may not send. */
  readonly onWrite: ((kind: LetterKind) => void) | undefined
}) {
  const { message, letter, form, onForm, onWrite } = props
  const [headers, setHeaders] = useState(false)
  return (
    <>
      <Menu position="bottom-end" width={230} defaultOpened>
        <Menu.Target>
          <ActionIcon aria-label={letterText.menu}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {onWrite &&
            WAYS.map(([kind, label, Icon]) => (
              <Menu.Item key={kind} leftSection={<Icon size={16} />} onClick={() => onWrite(kind)}>
                {label}
              </Menu.Item>
            ))}
          {onWrite && <Menu.Divider />}
          {letter.hasHtml && !letter.broken && (
            <Menu.Item
              leftSection={form === 'html' ? <IconAlignLeft size={16} /> : <IconTypography size={16} />}
              onClick={() => onForm(form === 'html' ? 'text' : 'html')}
            >
              {form === 'html' ? letterText.asText : letterText.asHtml}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconAt size={16} />} onClick={() => void copyAddress(letter.from.address)}>
            {letterText.copyAddress}
          </Menu.Item>
          <Menu.Item leftSection={<IconListDetails size={16} />} onClick={() => setHeaders(true)}>
            {letterText.headers}
          </Menu.Item>
          {letter.hasSource && (
            <Menu.Item
              component="a"
              href={letterSourceUrl(message.id)}
              download
              leftSection={<IconDownload size={16} />}
            >
              {letterText.source}
            </Menu.Item>
          )}
          {message.delivery?.hasReport && (
            <Menu.Item
              component="a"
              href={letterReportUrl(message.id)}
              download
              leftSection={<IconFileAlert size={16} />}
            >
              {letterText.report}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {headers && (
        <Suspense>
          <HeadersDialog messageId={message.id} onClose={() => setHeaders(false)} />
        </Suspense>
      )}
    </>
  )
}
