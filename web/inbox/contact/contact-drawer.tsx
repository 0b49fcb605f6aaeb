import { Drawer } from '@mantine/core'
import type { ConversationView } from '../../../src/domain/views.ts'
import { text } from '../text/text.ts'
import css from './contact-drawer.module.css'
import { ContactPanel } from './contact-panel.tsx'

/** The contact panel where the screen is too narrow to keep it open. */
export function ContactDrawer(props: {
  readonly conversation: ConversationView
  readonly onClose: () => void
}) {
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size={360}
      title={text.contact.label}
      closeButtonProps={{ 'aria-label': text.general.close }}
      classNames={{ body: css['body'] ?? '' }}
    >
      <ContactPanel key={props.conversation.contact.id} conversation={props.conversation} />
    </Drawer>
  )
}
