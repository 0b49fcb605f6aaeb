import { ActionIcon, Button } from '@mantine/core'
import {
  IconBlockquote,
  IconBold,
  IconCode,
  IconItalic,
  IconLink,
  IconList,
  IconListNumbers,
} from '@tabler/icons-react'
import type { Editor } from '@tiptap/react'
import { useEditorState } from '@tiptap/react'
import { useState } from 'react'
import { letterText } from '../text/letter-text.ts'
import css from './rich-editor.module.css'

const words = letterText.composer.tools

const TOOLS = [
  ['bold', words.bold, IconBold, (editor: Editor) => editor.chain().focus().toggleBold().run()],
  ['italic', words.italic, IconItalic, (editor: Editor) => editor.chain().focus().toggleItalic().run()],
  [
    'bulletList',
    words.bullets,
    IconList,
    (editor: Editor) => editor.chain().focus().toggleBulletList().run(),
  ],
  [
    'orderedList',
    words.numbers,
    IconListNumbers,
    (editor: Editor) => editor.chain().focus().toggleOrderedList().run(),
  ],
  [
    'blockquote',
    words.quote,
    IconBlockquote,
    (editor: Editor) => editor.chain().focus().toggleBlockquote().run(),
  ],
  ['code', words.code, IconCode, (editor: Editor) => editor.chain().focus().toggleCode().run()],
] as const

/** An address as people type it, without `https://`. */
const withProtocol = (typed: string): string => {
  const address = typed.trim()
  if (/^(?:https?:\/\/|mailto:|tel:)/iu.test(address)) return address
  return address.includes('@') && !address.includes('/') ? `mailto:${address}` : `https://${address}`
}

/** What can be done with the chosen words. */
export function RichToolbar({ editor }: { readonly editor: Editor }) {
  const [asking, setAsking] = useState<string>()
  const active = useEditorState({
    editor,
    selector: ({ editor: now }) =>
      Object.fromEntries([...TOOLS.map(([name]) => name), 'link'].map((name) => [name, now.isActive(name)])),
  })
  const ask = () => setAsking(String(editor.getAttributes('link')['href'] ?? ''))
  const set = () => {
    const chosen = editor.chain().focus().extendMarkRange('link')
    const href = withProtocol(asking ?? '')
    if ((asking ?? '').trim() === '') chosen.unsetLink().run()
    else if (!editor.state.selection.empty || active['link']) chosen.setLink({ href }).run()
    else
      editor
        .chain()
        .focus()
        .insertContent({ type: 'text', text: asking ?? '', marks: [{ type: 'link', attrs: { href } }] })
        .run()
    setAsking(undefined)
  }
  return (
    <>
      <div className={css['tools']} role="toolbar" aria-label={words.label}>
        {TOOLS.map(([name, label, Icon, run]) => (
          <ActionIcon
            key={name}
            size={28}
            aria-label={label}
            aria-pressed={active[name] ?? false}
            data-tip-up
            data-tip={label}
            className={active[name] ? css['on'] : undefined}
            onClick={() => run(editor)}
          >
            <Icon size={16} stroke={1.8} />
          </ActionIcon>
        ))}
        <ActionIcon
          size={28}
          aria-label={words.link}
          aria-pressed={active['link'] ?? false}
          aria-expanded={asking !== undefined}
          data-tip-up
          data-tip={words.link}
          className={active['link'] ? css['on'] : undefined}
          onClick={() => (asking === undefined ? ask() : setAsking(undefined))}
        >
          <IconLink size={16} stroke={1.8} />
        </ActionIcon>
      </div>
      {asking !== undefined && (
        <div className={css['link']}>
          <input
            autoFocus
            value={asking}
            inputMode="url"
            dir="ltr"
            aria-label={words.linkAddress}
            placeholder="https://"
            onChange={({ currentTarget }) => setAsking(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') {
                event.stopPropagation()
                setAsking(undefined)
                editor.commands.focus()
              }
              if (event.key !== 'Enter') return
              event.preventDefault()
              event.stopPropagation()
              set()
            }}
          />
          <Button size="compact-sm" variant="default" onClick={set}>
            {active['link'] && asking.trim() === '' ? words.linkRemove : words.linkSet}
          </Button>
        </div>
      )}
    </>
  )
}
