import sanitizeHtml from 'sanitize-html'

/** What an editor makes: everything else of an agent's text is left away, its words stay. */
const EDITOR_TAGS = [
  ...['p', 'div', 'br', 'hr', 'b', 'strong', 'i', 'em', 'u', 's', 'a', 'ul', 'ol', 'li'],
  ...['blockquote', 'pre', 'code', 'h1', 'h2', 'h3'],
]
/** What a letter that is quoted may keep beside that: its structure, nothing of its look. */
const QUOTED_TAGS = [
  ...EDITOR_TAGS,
  ...['span', 'h4', 'h5', 'h6', 'sub', 'sup', 'del', 'ins', 'small', 'big', 'center', 'address', 'q'],
  ...[
    'table',
    'caption',
    'thead',
    'tbody',
    'tfoot',
    'tr',
    'td',
    'th',
    'dl',
    'dt',
    'dd',
    'abbr',
    'cite',
    'img',
  ],
]
/** Elements whose text is no words of the letter's. */
const SILENT = [
  'script',
  'style',
  'textarea',
  'option',
  'noscript',
  'title',
  'head',
  'template',
  'svg',
  'math',
]
const DEEPEST = 60
/** An absolute address of a kind that opens nothing of ours. */
const LINK = /^(?:https?:\/\/|mailto:|tel:)[^\s"'<>]*$/i
const LINK_LENGTH = 2_000

/** Cleans what an agent's editor made: nothing active, nothing remote, no style. Takes time in proportion to its length. */
export const sanitiseOutgoing = (html: string): string => sanitised(html, EDITOR_TAGS)

/** Cleans a letter that is to be put below ours: of pictures only their description is left. */
export const sanitiseQuoted = (html: string): string => sanitised(html, QUOTED_TAGS)

function sanitised(html: string, allowedTags: readonly string[]): string {
  return sanitizeHtml(html, {
    allowedTags: [...allowedTags],
    allowedAttributes: {
      a: ['href'],
      td: ['colspan', 'rowspan'],
      th: ['colspan', 'rowspan'],
      ol: ['start'],
      img: ['alt'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nonTextTags: SILENT,
    nestingLimit: DEEPEST,
    parser: { lowerCaseTags: true, decodeEntities: true },
    // No tag is given another name: the library may then close one that it did not open.
    transformTags: {
      a: (tagName, { href = '' }) => {
        const link = href.trim()
        return tagOf(tagName, link.length <= LINK_LENGTH && LINK.test(link) ? { href: link } : {})
      },
      td: keepSpans,
      th: keepSpans,
      ol: (tagName, { start = '' }) => tagOf(tagName, /^\d{1,6}$/.test(start) ? { start } : {}),
    },
  }).trim()
}

const SPAN = /^\d{1,3}$/

function keepSpans(tagName: string, attribs: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const kept = Object.entries(attribs).filter(([name, value]) => name.endsWith('span') && SPAN.test(value))
  return tagOf(tagName, Object.fromEntries(kept))
}

const tagOf = (tagName: string, attribs: sanitizeHtml.Attributes): sanitizeHtml.Tag => ({ tagName, attribs })
