/** The policy of the document that a letter stands in, beside the page's own, which it inherits. */
const POLICY =
  "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; font-src 'none'; base-uri 'none'; form-action 'none'"

/** Light paper in both schemes: the colours of a letter were chosen for it. */
const STYLE = `
:root { color-scheme: light; background: #fff; }
body {
  box-sizing: border-box; display: flow-root; margin: 0; padding: 14px 20px; overflow-x: auto;
  color: #182125; font: 14px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; overflow-wrap: break-word;
}
img { max-width: 100%; height: auto; }
img:not([src]) {
  box-sizing: border-box; min-width: 16px; min-height: 16px; border: 1px dashed #b8c3c6; border-radius: 4px;
  background: #f6f8f8; color: #596970; font-size: 12px;
}
img:not([src])[width="1"], img:not([src])[height="1"] { display: none; }
@media (max-width: 480px) { body { padding-inline: 14px; } }
pre { white-space: pre-wrap; }
a { color: #0b5c68; }
:focus-visible { outline: 2px solid #127380; outline-offset: 2px; border-radius: 4px; }
blockquote { margin: 8px 0; padding-inline-start: 12px; border-inline-start: 3px solid #d4dcde; color: #45535a; }
details { margin-block-start: 10px; }
summary {
  display: inline-block; padding: 0 9px; border-radius: 9px; background: #e3e9ea; color: #2c383d;
  font: 11px/18px system-ui, sans-serif; letter-spacing: 1px; list-style: none; cursor: pointer; user-select: none;
}
summary::-webkit-details-marker { display: none; }
summary:hover { background: #d4dcde; }
details[open] > summary { margin-block-end: 10px; }
`

const quoted = (value: string): string => value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')

/** The empty document that a letter is put into. It may run no script, whatever it holds. */
export const framePage = (nonce: string): string =>
  `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
  `<meta name="referrer" content="no-referrer"><style nonce="${quoted(nonce)}">${STYLE}</style></head><body></body></html>`
