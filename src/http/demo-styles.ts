/** The demo pages' only style sheet; it stands in the page and is allowed there by its digest. */
export const DEMO_STYLES = `
:root{color-scheme:light dark;--ground:#faf6f0;--card:#fff;--ink:#2c2621;--soft:#6b5f55;--edge:#e6dccf;--accent:#8a4b2a;--on-accent:#fff;--clay:#c98a63;--glaze:#5f7f78;--leaf:#6f8f5a;--berry:#9c4258;--sky:#f1e7da}
@media (prefers-color-scheme:dark){:root{--ground:#1d1916;--card:#28231f;--ink:#f3ece4;--soft:#b9aca0;--edge:#3c352f;--accent:#e3a57e;--on-accent:#2a1a10;--clay:#b97a55;--glaze:#7ba099;--leaf:#8aab73;--berry:#c0637a;--sky:#332c26}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.6 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
.bar{background:var(--ink);color:var(--ground);font-size:14px}
.bar div{display:flex;flex-wrap:wrap;gap:4px 16px;justify-content:center;text-align:center;padding:8px 20px}
.bar a{color:inherit;font-weight:600}
.wrap{max-width:1080px;margin:0 auto;padding:0 20px}
header.wrap{display:flex;align-items:center;justify-content:space-between;gap:16px;padding-top:22px;padding-bottom:22px}
.brand{font:600 22px/1 ui-serif,Georgia,serif;letter-spacing:.02em;color:var(--ink);text-decoration:none}
nav ul{display:flex;gap:22px;list-style:none;margin:0;padding:0}
nav a{color:var(--soft);text-decoration:none}
nav a:hover{color:var(--ink);text-decoration:underline}
.hero{display:grid;grid-template-columns:1.1fr 1fr;gap:40px;align-items:center;padding-top:28px;padding-bottom:56px}
h1{font:600 clamp(34px,5vw,54px)/1.1 ui-serif,Georgia,serif;margin:0 0 16px;letter-spacing:-.01em}
.hero p{color:var(--soft);font-size:18px;margin:0 0 26px;max-width:34em}
.hero figure{margin:0;background:var(--sky);border-radius:28px;padding:26px}
.hero svg{display:block;width:100%}
h2{font:600 28px/1.2 ui-serif,Georgia,serif;margin:0 0 20px}
.shelf{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:22px;list-style:none;margin:0;padding:0 0 64px}
.shelf li{display:flex;flex-direction:column;background:var(--card);border:1px solid var(--edge);border-radius:20px;overflow:hidden}
.shelf svg{display:block;background:var(--sky);padding:16px 34px}
.shelf div{display:flex;flex-direction:column;flex:1;padding:18px 20px 20px}
.shelf h3{font-size:18px;margin:0;display:flex;justify-content:space-between;gap:12px}
.shelf p{color:var(--soft);margin:6px 0 16px;flex:1}
button,.button{font-family:inherit;font-size:15px;font-weight:600;line-height:1;display:inline-block;border:1px solid var(--accent);border-radius:999px;padding:12px 20px;background:none;color:var(--accent);cursor:pointer;text-decoration:none;align-self:flex-start}
.button,button:hover{background:var(--accent);color:var(--on-accent)}
.story{border-top:1px solid var(--edge);display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:28px;padding-top:40px;padding-bottom:56px}
.story h3{margin:0 0 4px;font-size:17px}
.story p{margin:0;color:var(--soft)}
footer{border-top:1px solid var(--edge);color:var(--soft);font-size:14px;padding:22px 0 96px}
.note{max-width:620px;margin:12vh auto;background:var(--card);border:1px solid var(--edge);border-radius:24px;padding:36px}
.note h1{font-size:32px}
.note p{color:var(--soft)}
code{background:var(--sky);border-radius:6px;padding:2px 6px;font-size:.9em}
.shade{fill:#000;opacity:.08}.clay{fill:var(--clay)}.glaze{fill:var(--glaze)}.lid{fill:var(--glaze);filter:brightness(.9)}
.leaf{fill:var(--leaf)}.berry{fill:var(--berry)}.dot{fill:var(--ink);opacity:.55}
.stem,.line,.rim,.rim-thin{fill:none;stroke-linecap:round}
.stem{stroke:var(--leaf);stroke-width:4}.line{stroke:var(--soft);stroke-width:4;opacity:.6}
.rim{stroke:var(--clay);stroke-width:11}.rim-thin{stroke:#fff;stroke-width:2;opacity:.5}
@media (max-width:720px){.hero{grid-template-columns:1fr;gap:24px;padding-bottom:40px}nav{display:none}}
`
