import { Button } from '@mantine/core'
import { IconDownload, IconPhotoOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import type { AttachmentView, LetterBodyView, LetterView, MessageView } from '../../../src/domain/views.ts'
import { letterSourceUrl } from '../../shared/agent-api.ts'
import { letterQuery } from '../data/queries.ts'
import { letterText } from '../text/letter-text.ts'
import { text } from '../text/text.ts'
import { Attachments } from '../thread/attachments.tsx'
import { MessageText } from '../thread/message-text.tsx'
import { nameOf } from './addresses.ts'
import css from './letter-body.module.css'
import type { LetterForm } from './letter-choices.ts'
import { trustPictures, trustsPictures } from './letter-choices.ts'
import { proofOf } from './letter-marks.tsx'

const LetterFrame = lazy(() =>
  import('./letter-frame.tsx').then((module) => ({ default: module.LetterFrame })),
)

/** What a letter says, in the form that was chosen, and the files that came with it. */
export function LetterBody(props: {
  readonly message: MessageView
  readonly letter: LetterView
  readonly form: LetterForm
}) {
  const { message, letter, form } = props
  const [whole, setWhole] = useState(false)
  const formatted = form === 'html' && letter.hasHtml && !letter.broken
  const query = useQuery({ ...letterQuery(message.id), enabled: formatted || whole })
  const body = query.data
  const html = formatted ? body?.html : undefined
  return (
    <>
      {letter.broken && <Broken message={message} letter={letter} />}
      {html !== undefined && body ? (
        <Formatted message={message} letter={letter} body={body} html={html} />
      ) : (
        <div className={css['text']}>
          <MessageText text={whole && body ? body.text : message.text} />
          {letter.hasQuoted && !formatted && (
            <button
              type="button"
              className={css['more']}
              aria-expanded={whole}
              onClick={() => setWhole(!whole)}
            >
              {whole ? letterText.quotedLess : letterText.quoted}
            </button>
          )}
        </div>
      )}
      {query.isError && !body && (
        <p className={css['problem']} role="alert">
          {letterText.loadFailed}
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => void query.refetch()}>
            {text.general.retry}
          </Button>
        </p>
      )}
      <Attachments attachments={listed(message.attachments, html)} />
    </>
  )
}

/** Pictures that stand in the letter itself are not listed below it once more. */
const listed = (attachments: readonly AttachmentView[], html: string | undefined) =>
  html === undefined
    ? attachments
    : attachments.filter(({ id, contentId }) => contentId === undefined || !html.includes(id))

function Formatted(props: {
  readonly message: MessageView
  readonly letter: LetterView
  readonly body: LetterBodyView
  readonly html: string
}) {
  const { message, letter, body, html } = props
  const { address } = letter.from
  // Anybody may write a trusted address into his letter: only its own domain's word makes it that sender's.
  const isProven = proofOf(letter.authentication) === 'verified'
  const [pictures, setPictures] = useState(() => isProven && trustsPictures(address))
  return (
    <>
      {body.remoteImages > 0 && !pictures && (
        <div className={css['pictures']}>
          <span title={letterText.picturesHint}>
            <IconPhotoOff size={16} stroke={1.8} aria-hidden />
            {letterText.pictures(body.remoteImages)}
          </span>
          <Button size="compact-xs" variant="default" onClick={() => setPictures(true)}>
            {letterText.showPictures}
          </Button>
          {isProven && (
            <Button
              size="compact-xs"
              variant="subtle"
              onClick={() => {
                trustPictures(address)
                setPictures(true)
              }}
            >
              {letterText.alwaysPictures(address)}
            </Button>
          )}
        </div>
      )}
      <div className={css['paper']}>
        <Suspense fallback={<MessageText text={message.text} />}>
          <LetterFrame
            messageId={message.id}
            html={html}
            pictures={pictures}
            title={letterText.frame(nameOf(letter.from))}
          />
        </Suspense>
      </div>
    </>
  )
}

function Broken({ message, letter }: { readonly message: MessageView; readonly letter: LetterView }) {
  return (
    <div className={css['broken']}>
      <p>
        <strong>{letterText.brokenTitle}</strong>
        {letterText.brokenHint}
      </p>
      {letter.hasSource && (
        <Button
          component="a"
          href={letterSourceUrl(message.id)}
          download
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
        >
          {letterText.source}
        </Button>
      )}
    </div>
  )
}
