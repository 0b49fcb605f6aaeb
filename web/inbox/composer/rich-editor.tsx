import { Link } from '@tiptap/extension-link'
import { Placeholder } from '@tiptap/extension-placeholder'
import { EditorContent, useEditor } from '@tiptap/react'
import { StarterKit } from '@tiptap/starter-kit'
import type { EditorProps } from './editor-props.ts'
import css from './rich-editor.module.css'
import { RichToolbar } from './rich-toolbar.tsx'

/** Writes letters: what is pasted is reduced to what this editor knows, whatever it was. */
export function RichEditor({ document, label, placeholder, autoFocus, onChange, onFiles }: EditorProps) {
  const editor = useEditor({
    extensions: [
      StarterKit.configure({ heading: false, horizontalRule: false, link: false, trailingNode: false }),
      Link.configure({
        openOnClick: false,
        autolink: true,
        defaultProtocol: 'https',
        protocols: ['mailto', 'tel'],
      }),
      Placeholder.configure({ placeholder }),
    ],
    content: (document ?? null) as object | null,
    autofocus: autoFocus ? 'end' : false,
    // The page's policy allows no style that a script writes; ours are in the module.
    injectCSS: false,
    editorProps: {
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': label,
        dir: 'auto',
        class: css['text'] ?? '',
      },
      handlePaste: (_view, event) => onFiles(event.clipboardData?.files),
      handleDrop: (_view, event) => onFiles(event.dataTransfer?.files),
    },
    onUpdate: ({ editor: changed }) => onChange(changed.getJSON()),
  })
  return (
    <>
      <EditorContent editor={editor} className={css['editor'] ?? ''} />
      <RichToolbar editor={editor} />
    </>
  )
}
