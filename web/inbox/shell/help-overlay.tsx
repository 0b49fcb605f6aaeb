import { Modal } from '@mantine/core'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import css from './help-overlay.module.css'

const KEYS: readonly (readonly [keys: readonly string[], words: string])[] = [
  [['J'], settingsText.help.next],
  [['K'], settingsText.help.previous],
  [['R'], settingsText.help.reply],
  [['⇧', 'R'], settingsText.help.replyAll],
  [['F'], settingsText.help.forward],
  [['N'], settingsText.help.note],
  [['C'], settingsText.help.write],
  [['E'], settingsText.help.resolve],
  [['A'], settingsText.help.assign],
  [['/'], settingsText.help.search],
  [['⌘', 'K'], settingsText.help.palette],
  [['Enter'], settingsText.help.send],
  [['⇧', 'Enter'], settingsText.help.line],
  [['⌘', 'Enter'], settingsText.help.sendLetter],
  [['Esc'], settingsText.help.escape],
  [['?'], settingsText.help.help],
]

/** Which key does what. */
export function HelpOverlay({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={settingsText.help.title}
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
