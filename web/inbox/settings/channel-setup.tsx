import { IconExternalLink } from '@tabler/icons-react'
import type { SetupStep } from '../../../src/contract/setup-step.ts'
import { CopyBox } from '../parts/copy-box.tsx'
import { settingsText } from '../text/settings-text.ts'
import css from './channel-setup.module.css'
import { Card } from './page-parts.tsx'

const words = settingsText.channels

/** What is to be done on the platform's side, with the address that it is to call. */
export function ChannelSetup(props: {
  readonly steps: readonly SetupStep[]
  readonly webhookUrl?: string | undefined
  /** The channel is not there yet, and neither is its address. */
  readonly ahead?: boolean
}) {
  const { steps, webhookUrl, ahead = false } = props
  return (
    <Card title={words.setup} hint={ahead ? words.setupAhead : words.setupHint}>
      <ol className={css['steps']}>
        {steps.map(({ text, link, copies }) => (
          <li key={text} className={css['step']}>
            <p className={css['text']}>{text}</p>
            {link && (
              <a className={css['link']} href={link.url} target="_blank" rel="noopener noreferrer">
                {link.label}
                <IconExternalLink size={14} stroke={1.9} aria-hidden />
              </a>
            )}
            {copies === 'webhook-url' && webhookUrl && <CopyBox value={webhookUrl} label={words.webhook} />}
            {copies === 'webhook-url' && ahead && <p className={css['later']}>{words.setupLater}</p>}
          </li>
        ))}
      </ol>
    </Card>
  )
}
