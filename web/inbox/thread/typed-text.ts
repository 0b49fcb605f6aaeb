import type { TextSpan } from '../../../src/domain/text-spans.ts'
import { type SpanNode, spanTree, textOf } from './span-tree.ts'

const MARK: Readonly<Record<string, string>> = { bold: '*', italic: '_', strike: '~' }
const WORD = /[\p{L}\p{N}]/u

/** A sent message as one would have to type it, to be changed: the counterpart of how the server reads marks. */
export const typedText = (text: string, spans: readonly TextSpan[] = []): string =>
  written(spanTree(text, spans))

const written = (nodes: readonly SpanNode[]): string => nodes.map(typed).join('')

function typed(node: SpanNode): string {
  if (node.kind === 'text') return escaped(node.text)
  if (node.kind === 'code') return `\`${textOf(node.inside)}\``
  if (node.kind === 'code-block') return `\`\`\`\n${textOf(node.inside)}\n\`\`\``
  const content = written(node.inside)
  if (node.kind === 'quote') return content.replaceAll(/^/gmu, '> ')
  const mark = MARK[node.kind] ?? ''
  return mark + content + mark
}

/** What would be taken for a mark gets a backslash; within words nothing is. */
function escaped(text: string): string {
  return text
    .replaceAll(/\\(?=[\\*_~`>])/gu, '\\\\')
    .replaceAll(/[*_~`]/gu, (mark, at: number) =>
      WORD.test(text[at - 1] ?? '') && WORD.test(text[at + 1] ?? '') ? mark : `\\${mark}`,
    )
    .replaceAll(/^>/gmu, '\\>')
}
