import type { WebChatConfig } from './settings.ts'

/**
 * What a site owner pastes before `</body>`. The first line keeps calls that the page makes before the loader is
 * there; a page whose content security policy forbids inline scripts may leave it out.
 */
export function snippet(
  _config: WebChatConfig,
  channel: { readonly id: string; readonly publicUrl: string },
): string {
  const source = `${channel.publicUrl.replace(/\/+$/, '')}/widget/loader.js`
  return [
    '<script>window.tributary=window.tributary||function(){(tributary.q=tributary.q||[]).push(arguments)}</script>',
    `<script async src="${escaped(source)}" data-channel="${escaped(channel.id)}"></script>`,
  ].join('\n')
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
}

const escaped = (text: string): string => text.replace(/[&"'<>]/g, (mark) => ESCAPES[mark] ?? '')
