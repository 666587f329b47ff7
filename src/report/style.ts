/** The style sheet of the report's page. */

/** Below this width tables and drawings scroll, and say so. */
const narrow = '44rem';

/**
 * Shadows at the edges of what can be scrolled, hidden where its content ends (four backgrounds, two of which scroll
 * along).
 */
const scrollShadows = `
  background:
    linear-gradient(to right, var(--paper) 40%, transparent) left / 3rem 100% no-repeat local,
    linear-gradient(to left, var(--paper) 40%, transparent) right / 3rem 100% no-repeat local,
    linear-gradient(to right, var(--shadow), transparent) left / .9rem 100% no-repeat scroll,
    linear-gradient(to left, var(--shadow), transparent) right / .9rem 100% no-repeat scroll;`;

export const style = `
:root { color-scheme: light dark; --ink: #1f2933; --paper: #fff; --line: #d5dce4; --shade: #f3f6f9; --shadow: #1f293340; --ours: #1763b8; --muted: #5d6a77; --post: #c2410c; --good: #15803d; --chart-paper: transparent; --chart-ink: currentColor; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --paper: #12171d; --line: #33404d; --shade: #1a222b; --shadow: #000c; --ours: #6cb2ff; --muted: #9aa8b6; --post: #ff9a57; --good: #5fd08a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .8rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
p, li, dd { max-width: 46rem; }
dt { font-weight: 600; margin-top: .6rem; } dd { margin-left: 1.2rem; }
.strong { font-weight: 600; padding: .7rem 1rem; background: var(--shade); border-left: 4px solid var(--ours); border-radius: 3px; max-width: none; }
.scroll { overflow-x: auto;${scrollShadows} }
.hint, .note { font-size: .85rem; color: var(--muted); margin: .3rem 0; }
.hint { display: none; text-align: right; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; width: 100%; margin: 1rem 0; }
caption { text-align: left; color: var(--muted); font-size: .85rem; padding-bottom: .3rem; } caption span { display: inline-block; position: sticky; left: 0; max-width: calc(100vw - 2.5rem); }
th, td { text-align: left; padding: .38rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { font-weight: 600; vertical-align: bottom; } thead th, thead td { border-bottom-width: 2px; }
tbody th { font-weight: inherit; position: sticky; left: 0; background: var(--paper); }
tbody th, tbody td { white-space: nowrap; } tbody .long { white-space: normal; min-width: 12rem; overflow-wrap: anywhere; }
th.number, td.number { text-align: right; white-space: nowrap; } thead th.number { white-space: normal; }
.selected th, .selected td { background: var(--shade); font-weight: 600; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: .85rem; color: var(--muted); margin-top: .3rem; }
svg, img { max-width: 100%; height: auto; display: block; }
.large svg { width: 36rem; }
.figures { display: grid; gap: 1.2rem; margin: 1rem 0; grid-template-columns: minmax(0, 1fr); }
.figures.middle { grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); align-items: start; }
.figures.small { grid-template-columns: repeat(auto-fill, minmax(7.2rem, 1fr)); }
.figures.small img { width: 100%; image-rendering: pixelated; border: 1px solid var(--line); background: #fff; }
@media screen and (max-width: ${narrow}) {
  body { padding-top: 1rem; } h1 { font-size: 1.5rem; } .hint { display: block; }
  .scroll img { max-width: none; width: 44rem; } .scroll svg { max-width: none; width: auto; }
  table { font-size: .85rem; } th, td { padding: .35rem .45rem; }
}
@media print {
  :root { color-scheme: light; --ink: #000; --paper: #fff; --line: #bbb; --shade: #f3f3f3; --shadow: transparent; --ours: #1763b8; --muted: #555; --post: #c2410c; --good: #15803d; }
  body { max-width: none; padding: 0; font-size: 10.5pt; } h2, h3, caption { break-after: avoid; } figure, tr, .strong, dd { break-inside: avoid; }
  .scroll { overflow: visible; background: none; } tbody th { position: static; } table { font-size: 8.5pt; } th, td { padding: .25rem .4rem; } .figures:has(.drawing) { max-width: 34rem; }
  .figures.middle { grid-template-columns: repeat(3, 1fr); } .figures.small { grid-template-columns: repeat(6, 1fr); }
}`;
