import type { ReactNode } from 'react'
import { memo, useState } from 'react'
import type { TextSpan } from '../../../src/domain/text-spans.ts'
import { cx } from '../parts/class-names.ts'
import { messengerText } from '../text/messenger-text.ts'
import textCss from './message-text.module.css'
import { linked } from './message-text.tsx'
import css from './rich-text.module.css'
import { type SpanNode, spanTree } from './span-tree.ts'

/** A formatted message, made of elements: nothing that somebody wrote ever becomes markup. */
export const RichText = memo(function RichText(props: {
  readonly text: string
  readonly spans: readonly TextSpan[]
}) {
  return (
    <div className={cx(textCss['text'], css['rich'])} dir="auto">
      {withoutSeams(spanTree(props.text, props.spans)).map((node) => draw(node, false))}
    </div>
  )
})

const isBlock = (node: SpanNode | undefined): boolean => node?.kind === 'code-block' || node?.kind === 'quote'

/** A block stands on lines of its own already: the line break beside it would be an empty line. */
function withoutSeams(nodes: readonly SpanNode[]): readonly SpanNode[] {
  return nodes.map((node, index) => {
    if (node.kind !== 'text') return { ...node, inside: withoutSeams(node.inside) }
    const behind = isBlock(nodes[index - 1]) ? node.text.replace(/^\r?\n/u, '') : node.text
    return { ...node, text: isBlock(nodes[index + 1]) ? behind.replace(/\r?\n$/u, '') : behind }
  })
}

/** @param bare addresses are not made links: it is code, or a link already */
function draw(node: SpanNode, bare: boolean): ReactNode {
  const key = `${node.kind}-${node.at}`
  if (node.kind === 'text') return bare ? node.text : <span key={key}>{linked(node.text)}</span>
  const content = node.inside.map((inner) => draw(inner, bare || isBare(node.kind)))
  switch (node.kind) {
    case 'bold':
      return <strong key={key}>{content}</strong>
    case 'italic':
      return <em key={key}>{content}</em>
    case 'underline':
      return <u key={key}>{content}</u>
    case 'strike':
      return <s key={key}>{content}</s>
    case 'code':
      return (
        <code key={key} className={css['code']}>
          {content}
        </code>
      )
    case 'code-block':
      return (
        <pre key={key} className={css['block']} tabIndex={0}>
          <code>{content}</code>
        </pre>
      )
    case 'quote':
      return (
        <blockquote key={key} className={css['quote']}>
          {content}
        </blockquote>
      )
    case 'spoiler':
      return <Spoiler key={key}>{content}</Spoiler>
    case 'mention':
      return (
        <span key={key} className={css['mention']}>
          {content}
        </span>
      )
    case 'link':
      return node.url === undefined ? (
        <span key={key}>{content}</span>
      ) : (
        <a key={key} href={node.url} title={node.url} target="_blank" rel="noopener noreferrer nofollow">
          {content}
        </a>
      )
  }
}

const isBare = (kind: SpanNode['kind']): boolean =>
  kind === 'code' || kind === 'code-block' || kind === 'link'

function Spoiler({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState(false)
  if (shown) return <span className={css['shown']}>{children}</span>
  return (
    <button
      type="button"
      className={css['spoiler']}
      aria-label={messengerText.message.spoiler}
      onClick={() => setShown(true)}
    >
      <span aria-hidden inert>
        {children}
      </span>
    </button>
  )
}
