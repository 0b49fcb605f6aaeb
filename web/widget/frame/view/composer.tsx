import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Complaint, DraftFile, Uploads } from '../uploads.ts'
import type { Language } from '../words.ts'
import { Icon } from './icon.tsx'
import { later } from './later.tsx'
import { useScreen } from './screen.ts'

const TALLEST_PX = 132
const Drafts = later(async () => (await import('./drafts.tsx')).Drafts)
const EmojiPicker = later(async () => (await import('./emoji.tsx')).EmojiPicker)

/** Where the visitor writes. */
export function Composer(): JSX.Element {
  const { chat, api, files: cache, state, language, keepsake } = useScreen()
  const { say } = language
  const { settings, prefill } = state
  const [text, setText] = useState(() => keepsake.draft())
  const [complaint, setComplaint] = useState<Complaint>()
  const [files, setFiles] = useState<readonly DraftFile[]>([])
  const uploads = useRef<Promise<Uploads>>(undefined)
  const [taking, setTaking] = useState(false)
  const [picking, setPicking] = useState(false)
  const [dropping, setDropping] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const mayAttach = settings?.attachments === true
  const excess = text.length - (settings?.maxTextLength ?? 0)
  const attached = files.flatMap(({ view }) => view ?? [])
  const sendable =
    !taking && attached.length === files.length && excess <= 0 && (text.trim() !== '' || attached.length > 0)

  const attach = async (chosen: readonly File[]): Promise<void> => {
    setComplaint(undefined)
    // Whoever is quick with Enter must not leave his files behind.
    setTaking(true)
    uploads.current ??= import('../uploads.ts').then(({ createUploads }) =>
      createUploads({
        api,
        cache,
        maxBytes: settings?.maxAttachmentBytes ?? 0,
        renewing: chat.renewing,
        onChange: setFiles,
        onComplaint: setComplaint,
      }),
    )
    try {
      const { add } = await uploads.current
      add(chosen)
    } catch {
      uploads.current = undefined
      setComplaint({ key: 'uploadFailed', name: chosen.map(({ name }) => name).join(', ') })
    }
    setTaking(false)
  }

  const write = (next: string): void => {
    setText(next)
    keepsake.keepDraft(next)
  }
  useEffect(() => {
    if (!prefill) return
    write(prefill.text)
    area.current?.focus()
  }, [prefill])
  useLayoutEffect(() => {
    const element = area.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight, TALLEST_PX)}px`
  }, [text])
  useDropZone(mayAttach, setDropping, attach)

  const send = (): void => {
    if (!sendable) return
    chat.send(text.trim(), attached)
    void uploads.current?.then(({ clear }) => clear())
    write('')
    setComplaint(undefined)
    area.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  }
  const onPaste = (event: ClipboardEvent): void => {
    const pasted = [...(event.clipboardData?.files ?? [])]
    if (!mayAttach || pasted.length === 0) return
    event.preventDefault()
    void attach(pasted)
  }
  const insert = (emoji: string): void => {
    const { selectionStart = text.length, selectionEnd = text.length } = area.current ?? {}
    write(text.slice(0, selectionStart) + emoji + text.slice(selectionEnd))
    setPicking(false)
    const caret = selectionStart + emoji.length
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(caret, caret)
    })
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {dropping && <div class="drop">{say('drop')}</div>}
      {picking && <EmojiPicker onPick={insert} onClose={() => setPicking(false)} />}
      <p class="complaint" role="alert">
        {excess > 0 ? say('tooLong', { count: excess }) : complaint && complain(complaint, language)}
      </p>
      <div class="box">
        {files.length > 0 && (
          <Drafts files={files} onRemove={(key) => void uploads.current?.then(({ remove }) => remove(key))} />
        )}
        <textarea
          ref={area}
          rows={1}
          data-first
          dir={text ? 'auto' : undefined}
          value={text}
          aria-label={say('write')}
          placeholder={say('placeholder')}
          enterkeyhint="send"
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onInput={({ currentTarget }) => {
            write(currentTarget.value)
            chat.typing()
          }}
        />
        <div class="tools">
          {mayAttach && (
            <>
              <button
                type="button"
                class="tool"
                aria-label={say('attach')}
                onClick={() => input.current?.click()}
              >
                <Icon name="clip" />
              </button>
              <input
                ref={input}
                type="file"
                multiple
                hidden
                tabIndex={-1}
                aria-label={say('attach')}
                onChange={({ currentTarget }) => {
                  void attach([...(currentTarget.files ?? [])])
                  currentTarget.value = ''
                }}
              />
            </>
          )}
          {settings?.emoji && (
            <button
              type="button"
              class="tool"
              aria-label={say('emoji')}
              aria-expanded={picking}
              onClick={() => setPicking(!picking)}
            >
              <Icon name="smile" />
            </button>
          )}
          <button type="submit" class="send" aria-label={say('send')} aria-disabled={!sendable}>
            <Icon name="send" />
          </button>
        </div>
      </div>
    </form>
  )
}

function complain({ key, name = '', limit = 0 }: Complaint, { say, bytes }: Language): string {
  return say(key, { name, limit: key === 'tooMany' ? limit : bytes(limit) })
}

function useDropZone(
  active: boolean,
  show: (over: boolean) => void,
  add: (files: readonly File[]) => Promise<void>,
): void {
  const latest = useRef(add)
  latest.current = add
  useEffect(() => {
    if (!active) return undefined
    const over = (event: DragEvent): void => {
      event.preventDefault()
      show(event.dataTransfer?.types.includes('Files') === true)
    }
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) show(false)
    }
    const drop = (event: DragEvent): void => {
      event.preventDefault()
      show(false)
      void latest.current([...(event.dataTransfer?.files ?? [])])
    }
    addEventListener('dragover', over)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  }, [active])
}
