import { Modal } from '@mantine/core'
import { text } from '../text/text.ts'
import css from './help-overlay.module.css'

const KEYS: readonly (readonly [keys: readonly string[], words: string])[] = [
  [['J'], text.help.next],
  [['K'], text.help.previous],
  [['R'], text.help.reply],
  [['⇧', 'R'], text.help.replyAll],
  [['F'], text.help.forward],
  [['N'], text.help.note],
  [['C'], text.help.write],
  [['E'], text.help.resolve],
  [['A'], text.help.assign],
  [['/'], text.help.search],
  [['⌘', 'K'], text.help.palette],
  [['Enter'], text.help.send],
  [['⇧', 'Enter'], text.help.line],
  [['⌘', 'Enter'], text.help.sendLetter],
  [['Esc'], text.help.escape],
  [['?'], text.help.help],
]

/** Which key does what. */
export function HelpOverlay({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={text.help.title}
      size={560}
      closeButtonProps={{ 'aria-label': text.general.close }}
    >
      <dl className={css['keys']}>
        {KEYS.map(([keys, words]) => (
          <div key={words}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
