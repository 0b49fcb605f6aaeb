/** Authentication-Results as RFC 8601 spells them. */

/** One method's result: `dkim=pass header.d=example.org`. */
export interface MethodResult {
  readonly method: string
  readonly result: string
  /** `header.d`, `smtp.mailfrom`…, lower case, with their values. */
  readonly properties: Readonly<Record<string, string>>
}

/** What one server found. */
export interface AuthenticationResults {
  /** The server's name, as it stands there. */
  readonly authservId: string
  readonly results: readonly MethodResult[]
}

const LONGEST = 16_000
const MOST_RESULTS = 100
const MOST_PROPERTIES = 30

type Token = { readonly kind: 'word' | 'sign'; readonly text: string }

/** Reads the value of a header; undefined where it is none of these. */
export function readAuthenticationResults(value: string): AuthenticationResults | undefined {
  const tokens = tokensOf(value.slice(0, LONGEST))
  const [first, ...rest] = splitAt(tokens, ';')
  const id = first?.[0]
  // Behind the name, only a version may stand; with "=" it is a result, and the server gave no name.
  if (
    id === undefined ||
    id.kind !== 'word' ||
    id.text === '' ||
    first?.some((token) => token.text === '=')
  ) {
    return undefined
  }
  const results = rest.slice(0, MOST_RESULTS).flatMap((each) => resultOf(each) ?? [])
  return { authservId: id.text, results }
}

function resultOf(tokens: readonly Token[]): MethodResult | undefined {
  const equals = tokens.findIndex((token) => token.text === '=' && token.kind === 'sign')
  const method = tokens[0]
  const result = tokens[equals + 1]
  if (equals < 1 || method?.kind !== 'word' || result?.kind !== 'word') return undefined
  const properties: Record<string, string> = {}
  let at = equals + 2
  for (let count = 0; count < MOST_PROPERTIES && at < tokens.length; count += 1) {
    const sign = tokens.findIndex((token, index) => index > at && token.kind === 'sign' && token.text === '=')
    if (sign < 0) break
    const name = tokens[sign - 1]
    const value = tokens[sign + 1]
    if (name?.kind === 'word' && value?.kind === 'word' && isPropertyName(name.text)) {
      properties[name.text.toLowerCase()] ??= value.text
    }
    at = sign + 1
  }
  // "dkim/1=pass": the method's version says nothing to us.
  return {
    method: (method.text.split('/', 1)[0] ?? '').toLowerCase(),
    result: result.text.toLowerCase(),
    properties,
  }
}

function isPropertyName(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,60}\.[a-z][a-z0-9._-]{0,60}$/i.test(text)
}

function splitAt(tokens: readonly Token[], sign: string): readonly (readonly Token[])[] {
  const groups: Token[][] = [[]]
  for (const token of tokens) {
    if (token.kind === 'sign' && token.text === sign) groups.push([])
    else groups.at(-1)?.push(token)
  }
  return groups
}

/** Words, quoted words and the signs between them; comments, however deep they are nested, are passed over. */
function tokensOf(value: string): readonly Token[] {
  const tokens: Token[] = []
  let word = ''
  let depth = 0
  let quoted = false
  const endWord = () => {
    if (word !== '') tokens.push({ kind: 'word', text: word })
    word = ''
  }
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at)
    if (char === '\\' && (quoted || depth > 0)) {
      at += 1
      if (depth === 0) word += value.charAt(at)
    } else if (depth > 0) {
      if (char === '(') depth += 1
      if (char === ')') depth -= 1
    } else if (quoted) {
      if (char === '"') {
        tokens.push({ kind: 'word', text: word })
        word = ''
        quoted = false
      } else word += char
    } else if (char === '(') {
      endWord()
      depth = 1
    } else if (char === '"') {
      endWord()
      quoted = true
    } else if (char === ';' || char === '=') {
      endWord()
      tokens.push({ kind: 'sign', text: char })
    } else if (/\s/.test(char)) endWord()
    else word += char
  }
  // What is left open at the end was cut or forged: it is no word.
  if (!quoted && depth === 0) endWord()
  return tokens
}
