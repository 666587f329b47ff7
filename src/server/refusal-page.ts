/** A refusal for somebody who looks at it in a browser: a page with what is wrong and what can be done. */
import { escapeXml } from '../base/plain-text.ts';

/** By HTTP status. */
const titles: Readonly<Record<number, string>> = {
  401: 'A token is needed',
  403: 'Not allowed',
  404: 'Not found',
};

/** What a user can do about it. */
const advice: Readonly<Record<number, string>> = {
  401: 'The terminal in which it was started shows this address; it ends in ?token= and the token. A browser keeps the token until it is closed.',
  404: '<a href="/">To the list of studies and runs</a>',
};

/** The colours of web/shared/tokens.css: the built page may be missing, or may not be shown. */
const style = `
:root { color-scheme: light dark; --ink: #1f2933; --paper: #fff; --shade: #f3f6f9; --bad: #b42318; --ours: #1763b8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --paper: #12171d; --shade: #1a222b; --bad: #ff8f85; --ours: #6cb2ff; } }
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; }
.problem { padding: .6rem 1rem; background: var(--shade); border-left: 4px solid var(--bad); }
a { color: var(--ours); }
`;

export function refusalPage(status: number, problem: string): string {
  const title = titles[status] ?? 'Not possible';
  const more = advice[status];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – lenet-lab</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="problem">${escapeXml(problem)}</p>
${more === undefined ? '' : `<p>${more}</p>`}
</main>
</body>
</html>
`;
}
